"""The sheet of a session: one row per seat of that day, until the session is confirmed."""

from __future__ import annotations

from sqlalchemy import delete, or_, select

from core.base.db import session

from ..models import CouncilAttendance, CouncilMember, CouncilSession


def follow_seats(held: CouncilSession) -> None:
    """Let the sheet of an open session list whoever has a seat on its day; whoever was ticked stays."""
    seats = set(session().scalars(select(CouncilMember.id).where(
        CouncilMember.council_id == held.council_id, CouncilMember.starts_on <= held.on,
        or_(CouncilMember.ends_on.is_(None), CouncilMember.ends_on > held.on))))
    listed = session().execute(select(CouncilAttendance.member_id, CouncilAttendance.present).where(
        CouncilAttendance.session_id == held.id)).all()
    session().add_all(CouncilAttendance(session_id=held.id, member_id=one) for one in sorted(seats - {row[0] for row in listed}))
    gone = [member_id for member_id, present in listed if member_id not in seats and not present]
    session().execute(delete(CouncilAttendance).where(
        CouncilAttendance.session_id == held.id, CouncilAttendance.member_id.in_(gone)))
    session().flush()
