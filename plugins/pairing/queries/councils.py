"""Councils and sessions as their pages show them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import or_, select

from core.base.db import session
from core.base.scope import beyond_subtree
from core.contracts.errors import NotFound
from core.people.models import OrgUnit
from core.people.tree import within_any
from core.service import Context, service

from ..models import Council, CouncilAttendance, CouncilMember, CouncilResolution, CouncilSession, CouncilTopic
from ..words import RESOLUTION_OPEN
from .seats import council_in_sight, may_propose

READ = "pairing.council.read"
MOST = 500


@dataclass(frozen=True, slots=True)
class CouncilPage:
    """A council with its seats, sessions, topics waiting and resolutions not closed."""

    council: Council
    org: OrgUnit
    members: list[CouncilMember]
    sessions: list[CouncilSession]
    topics: list[CouncilTopic]
    resolutions: list[CouncilResolution]
    full: bool
    may_propose: bool


@dataclass(frozen=True, slots=True)
class SessionPage:
    """A session with its sheet, agenda and resolutions; `earlier`: what former sessions left open, while this one is to come."""

    held: CouncilSession
    council: Council
    org: OrgUnit
    sheet: list[tuple[CouncilAttendance, CouncilMember]]
    topics: list[CouncilTopic]
    resolutions: list[CouncilResolution]
    earlier: list[CouncilResolution]
    full: bool

    @property
    def present(self) -> int:
        return sum(1 for row, _member in self.sheet if row.present)

    @property
    def deciding(self) -> int:
        return sum(1 for row, _member in self.sheet if row.decides)


@service(READ, writes=False)
def councils(ctx: Context) -> list[Council]:
    """Councils of the reader's own part, and those in which a unit of his has a seat."""
    seats = session().scalars(select(CouncilMember.council_id).where(CouncilMember.ends_on.is_(None)).distinct()).all()
    mine = or_(within_any(Council.org_path, ctx.subtrees(READ)), Council.id.in_(seats))
    with beyond_subtree("pairing: councils the reader has a seat in"):
        return list(session().scalars(select(Council).where(Council.closed_on.is_(None), mine).order_by(
            Council.org_path, Council.name).limit(MOST)))


@service(READ, writes=False)
def council_page(ctx: Context, council_id: int) -> CouncilPage:
    """Raises NotFound. A unit with a seat sees the sessions and its own topics and resolutions, not those of others."""
    council = council_in_sight(ctx, council_id)
    topics = session().scalars(select(CouncilTopic).where(CouncilTopic.council_id == council.id,
        CouncilTopic.state.in_(("collected", "tabled", "deferred")))
                               .order_by(CouncilTopic.submitted_on)).all()
    with beyond_subtree("pairing: seats and sessions are known to whoever has a seat"):
        members = session().scalars(select(CouncilMember).where(
            CouncilMember.council_id == council.id, CouncilMember.ends_on.is_(None)).order_by(CouncilMember.id)).all()
        sessions = session().scalars(select(CouncilSession).where(CouncilSession.council_id == council.id)
                                     .order_by(CouncilSession.number.desc()).limit(30)).all()
    numbers = [one.id for one in sessions]
    open_ones = session().scalars(select(CouncilResolution).where(CouncilResolution.session_id.in_(numbers),
        CouncilResolution.state != "closed")
                                  .order_by(CouncilResolution.due_on)).all()
    return CouncilPage(council, ctx.get(OrgUnit, council.org_id), list(members), list(sessions), list(topics), list(open_ones),
                       ctx.may(READ, council.org_path), not council.closed_on and may_propose(ctx, council))


@service(READ, writes=False)
def session_page(ctx: Context, session_id: int) -> SessionPage:
    """A session of a council in sight: agenda and resolutions as far as the reader sees them. Raises NotFound."""
    with beyond_subtree("pairing: judged by the council"):
        held = session().scalars(select(CouncilSession).where(CouncilSession.id == session_id)).one_or_none()
    if held is None:
        raise NotFound("session")
    council = council_in_sight(ctx, held.council_id)
    topics = session().scalars(select(CouncilTopic).where(CouncilTopic.session_id == held.id).order_by(CouncilTopic.id)).all()
    resolutions = session().scalars(
        select(CouncilResolution).where(CouncilResolution.session_id == held.id).order_by(CouncilResolution.id)).all()
    with beyond_subtree("pairing: who was there is known to whoever has a seat"):
        sheet = session().execute(
            select(CouncilAttendance, CouncilMember).join(CouncilMember, (CouncilMember.tenant_id == CouncilAttendance.tenant_id)
                                                   & (CouncilMember.id == CouncilAttendance.member_id))
            .where(CouncilAttendance.session_id == held.id).order_by(CouncilMember.id)).all()
    return SessionPage(held, council, ctx.get(OrgUnit, council.org_id), [(row[0], row[1]) for row in sheet], list(topics),
                       list(resolutions), [] if held.held else _left_open(held), ctx.may(READ, council.org_path))


def _left_open(held: CouncilSession) -> list[CouncilResolution]:
    """Resolutions of former sessions of the council that are not closed, as far as the reader sees them."""
    with beyond_subtree("pairing: numbers of the council's sessions"):
        former = session().scalars(select(CouncilSession.id).where(
            CouncilSession.council_id == held.council_id, CouncilSession.number < held.number)).all()
    return list(session().scalars(select(CouncilResolution).where(
        CouncilResolution.session_id.in_(former), CouncilResolution.state.in_(RESOLUTION_OPEN))
        .order_by(CouncilResolution.due_on)))


@service(READ, writes=False)
def council_of_seat(ctx: Context, member_id: int) -> int:
    """Raises NotFound for a seat that is neither the reader's nor in a council of his part."""
    return ctx.get(CouncilMember, member_id).council_id


@service(READ, writes=False)
def seated_units(ctx: Context, council: Council) -> list[tuple[int, str]]:
    """Units that have a seat: who may be charged with a resolution."""
    rows = session().execute(select(CouncilMember.unit_id, CouncilMember.unit_name).where(
        CouncilMember.council_id == council.id, CouncilMember.ends_on.is_(None), CouncilMember.unit_id.is_not(None))
        .order_by(CouncilMember.unit_name)).all()
    return list({row[0]: (row[0], row[1]) for row in rows}.values())


@service(READ, writes=False)
def resolution_page(ctx: Context, resolution_id: int) -> tuple[CouncilResolution, CouncilSession, Council]:
    """Raises NotFound."""
    row = ctx.get(CouncilResolution, resolution_id)
    with beyond_subtree("pairing: the owner knows the session"):
        held = ctx.get(CouncilSession, row.session_id)
        return row, held, ctx.get(Council, held.council_id)
