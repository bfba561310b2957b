"""What happens to records when the registry of people changes."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select, update

from core.base.db import session
from core.base.i18n import _
from core.base.scope import beyond_subtree
from core.people.models import OrgUnit
from core.service import Context, service
from core.work import engine

from .. import links
from ..models import Gathering, GatheringAttendance, MobileRecord
from ..words import ENDED
from ..workflows import mobile_record

WENT = "transferred_out"
KEPT = ("id", "gathering_id", "record_id", "present", "note", "twins")        # of attendance merged into that of somebody else


@service("liaison.record.register", action="liaison.record.follow")
def follow_move(ctx: Context, *, person_id: int, to_org_id: int, on: dt.date) -> str:
    """Bring the open record of somebody whose formal affiliation moved up to date; returns what was done.

    Idempotent: a record that has ended is left alone.
    """
    record = session().scalars(select(MobileRecord).where(MobileRecord.open_of == person_id)).one_or_none()
    if record is None or (to_org_id and to_org_id == record.home_org_id):
        return ""
    person, day = links.person_of(ctx, record), max(on, record.since)
    moved_on = to_org_id != 0 and to_org_id != record.receiving_org_id and record.direction == "outflow"
    if moved_on:
        _new_home(ctx, record, to_org_id, day)
        return "home"
    step = mobile_record.step("hand_over")
    if step and record.state in step.sources and (to_org_id or person.membership_state == WENT):
        engine.advance(ctx, mobile_record, record, "hand_over", happened_on=day)
        return "transferred"
    engine.advance(ctx, mobile_record, record, "close", reason=_("组织关系或党籍状态已变动"), happened_on=day)
    return "closed"


def _new_home(ctx: Context, record: MobileRecord, org_id: int, on: dt.date) -> None:
    """The member's home branch changed inside the tenant: the record and the registry's note of absence follow."""
    unit = ctx.get(OrgUnit, org_id)
    links.away_ends(ctx, record, on)
    record.home_org_id, record.org_path = unit.id, unit.path
    if record.state != "suspended":
        links.leave(ctx, record)
    session().flush()
    ctx.audit(mobile_record.name, record.id, record.person_name, home=unit.short_name)


def merge_records(ctx: Context, kept_id: int, gone_id: int) -> None:
    """Point the records of a merged person at the one that stays. Runs inside the merging transaction.

    When both are away, the record of the person that goes ends: one stay away was registered twice.
    """
    with beyond_subtree("liaison: a merged person's records may lie elsewhere"):
        rows = session().scalars(select(MobileRecord).where(MobileRecord.person_id.in_((kept_id, gone_id)))).all()
        stays = any(r.open_of for r in rows if r.person_id == kept_id)
        for row in (r for r in rows if r.person_id == gone_id):
            if row.open_of and stays:      # by its step, so that what waits in the inbox for it ends too
                row.before_merge = {"gone": gone_id, "state": row.state}
                engine.advance(links.registry(ctx), mobile_record, row, "close", reason=_("同一人重复登记，随人员合并终止"),
                               happened_on=max(ctx.today(), row.since))
            row.person_id = kept_id
            row.open_of = kept_id if row.state not in ENDED else None
        session().flush()
        _merge_attendance(kept_id, gone_id)


def split_records(ctx: Context, kept_id: int, gone_id: int) -> None:
    """The merge was taken back: each open record is its own person's open record again, one that the merge ended is open
    again as it was (the registry has reopened its links), and each has the own attendance.
    """
    with beyond_subtree("liaison: a person's records may lie elsewhere"):
        rows = session().scalars(select(MobileRecord).where(MobileRecord.person_id.in_((kept_id, gone_id)))).all()
        for row in rows:
            if row.before_merge and row.before_merge["gone"] == gone_id == row.person_id:
                before, row.before_merge, row.ended_on = row.before_merge["state"], None, None
                engine.start(ctx, mobile_record, row, state=before, reason=_("人员合并已撤销，恢复登记"))
            row.open_of = row.person_id if row.state not in ENDED else None
        session().flush()
        _split_attendance(kept_id, gone_id)


def _merge_attendance(kept_id: int, gone_id: int) -> None:
    there = {row.gathering_id: row for row in session().scalars(
        select(GatheringAttendance).where(GatheringAttendance.person_id == kept_id))}
    for row in session().scalars(select(GatheringAttendance).where(GatheringAttendance.person_id == gone_id)):
        if row.gathering_id in there:
            twin = there[row.gathering_id]
            own, twin.present = twin.present, twin.present or row.present
            kept = {name: getattr(row, name) for name in KEPT}
            twin.twins = [*twin.twins, {"gone": gone_id, "row": kept, "own": own, "then": twin.present}]
            session().delete(row)
    session().flush()
    session().execute(update(GatheringAttendance).where(GatheringAttendance.person_id == gone_id).values(person_id=kept_id))


def _split_attendance(kept_id: int, gone_id: int) -> None:
    """One row for two persons is two again; a mark changed since stays. A confirmed sheet names nobody who was absent."""
    rows = session().execute(select(GatheringAttendance, Gathering.confirmed_on).join(GatheringAttendance.gathering).where(
        GatheringAttendance.person_id == kept_id)).all()
    for row, confirmed in rows:
        twin = next((one for one in row.twins if one["gone"] == gone_id), None)
        if twin is None:
            continue
        row.twins = [one for one in row.twins if one is not twin]
        if row.present == twin["then"]:
            row.present = twin["own"]
        if twin["row"]["present"] or not confirmed:
            session().add(GatheringAttendance(person_id=gone_id, **twin["row"]))
        if confirmed and not row.present:
            session().delete(row)
    session().flush()
