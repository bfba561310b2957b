"""Entering who was there. Hours follow from the sheet; a screen never gives any."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm.attributes import flag_modified

from core.base.db import session
from core.base.i18n import _
from core.base.scope import beyond_subtree
from core.contracts.errors import Conflict, Invalid
from core.people.models import Person
from core.service import Context, service
from core.work import engine

from ..clashes import attended_elsewhere, too_long
from ..models import ClassSession, Seat
from ..seating import seats_for
from ..tenths import shown
from ..words import CALLED_OFF, CAME, CANCELLED, DRAFT, HELD, PARTIAL, PRESENT, PRESENT_UNASKED, SEATED, UPCOMING, WAITING
from ..workflows import class_session

MANAGE = "training.session.manage"
MOST_TOLD = 20              # people named in one refusal


@dataclass(frozen=True, slots=True)
class Mark:
    """What the sheet says of one seat; "" takes back what was entered. `tenths` None: the whole session for whoever was
    present, else nothing."""

    seat_id: int
    attendance: str
    tenths: int | None = None
    note: str = ""


def locked_because(ctx: Context, event: ClassSession) -> str:
    """Why the sheet cannot be written on: too early, or handed in already; "" while it can."""
    if ctx.now() < event.starts_at:
        return _("培训 %(day)s 才开始，不能提前登记签到。", day=f"{event.starts_at:%Y-%m-%d %H:%M}")
    if event.state == DRAFT:
        return _("班次还在草拟，请先发布预告，再登记签到；已经办过的，用“补登班次”。")
    if event.state == CALLED_OFF:
        return _("班次已取消，不登记签到。")
    if event.state not in (HELD, *UPCOMING):
        return _("签到表现在是“%(state)s”，不能修改。需要更正的，请上级说明理由后重新打开。",
                 state=class_session.state(event.state).label)
    return ""


def sheet_open(ctx: Context, event: ClassSession) -> ClassSession:
    """Let a session whose time has come be written on: from its last day on it counts as held. Raises Conflict."""
    if why := locked_because(ctx, event):
        raise Conflict(why)
    if event.state in UPCOMING and ctx.today() >= event.ends_on:
        engine.advance(ctx, class_session, event, "hold", happened_on=event.ends_on)
    return event


def hours_of(event: ClassSession, mark: Mark) -> int:
    """The tenths a mark gives. Raises ValueError with a sentence for hours that do not go with it."""
    if mark.attendance not in CAME:
        if mark.tenths:
            raise ValueError(_("缺席、请假的不能有学时，请改为 0 或留空。"))
        return 0
    if mark.attendance == PARTIAL:
        if not mark.tenths or mark.tenths >= event.tenths:
            raise ValueError(_("部分出席的请填实际学时，应大于 0、小于全程的 %(full)s 学时。", full=shown(event.tenths)))
        return mark.tenths
    if mark.tenths is not None and mark.tenths != event.tenths:
        raise ValueError(_("全程出席计 %(full)s 学时；只到了一部分的请选“部分出席”。", full=shown(event.tenths)))
    return event.tenths


def faults(event: ClassSession, rows: dict[int, Seat], marks: Iterable[Mark]) -> dict[int, str]:
    """seat id -> sentence, for marks that cannot be true."""
    said: dict[int, str] = {}
    wanted: dict[int, int] = {}
    seat_of: dict[int, int] = {}
    for mark in marks:
        row = rows[mark.seat_id]
        try:
            tenths = hours_of(event, mark)
        except ValueError as refused:
            said[mark.seat_id] = str(refused)
            continue
        if mark.attendance in CAME:
            wanted[row.person_id], seat_of[row.person_id] = tenths, mark.seat_id
            if row.person_id == event.trainer_id:
                said[mark.seat_id] = _("%(name)s 是授课人，不计学员学时。", name=row.person_name)
    for person_id, text in {**too_long(event, wanted), **attended_elsewhere(event, wanted)}.items():
        said.setdefault(seat_of[person_id], text)
    return said


@service(MANAGE)
def mark(ctx: Context, session_id: int, *, marks: list[Mark], version: int | None = None) -> int:
    """Write on the sheet; all or nothing. Raises Invalid with one sentence per person under `seat-<id>`."""
    event = ctx.get(ClassSession, session_id)
    ctx.check_version(event, version)
    sheet_open(ctx, event)
    with beyond_subtree("training: the organiser writes the sheet for all who came"):
        rows = {row.id: row for row in session().scalars(select(Seat).where(
            Seat.session_id == event.id, Seat.place.in_(SEATED)))}
        known = [one for one in marks if one.seat_id in rows]
        if said := faults(event, rows, known):
            raise Invalid({f"seat-{seat_id}": [f"{rows[seat_id].person_name}：{text}"] for seat_id, text in said.items()})
        for one in known:
            put(ctx, rows[one.seat_id], event, one)
        session().flush()
    ctx.audit(class_session.name, event.id, event.number, marked=len(known))
    return len(known)


def put(ctx: Context, row: Seat, event: ClassSession, mark: Mark) -> None:
    """Write one line. The session's version goes up with it: whoever has the sheet open since before is told."""
    flag_modified(event, "state")
    row.attendance, row.tenths, row.note = mark.attendance, hours_of(event, mark), mark.note[:100]
    row.marked_by = ctx.actor.label[:80]


def recount(event: ClassSession) -> None:
    """The sheet follows when the hours or days of a class that was held are put right. Raises Invalid naming whose line cannot
    be true any more."""
    with beyond_subtree("training: the organiser writes the sheet for all who came"):
        rows = {row.id: row for row in session().scalars(select(Seat).where(
            Seat.session_id == event.id, Seat.place.in_(SEATED), Seat.attendance != ""))}
        marks = [Mark(row.id, row.attendance, row.tenths if row.attendance == PARTIAL else None) for row in rows.values()]
        if said := faults(event, rows, marks):
            raise Invalid({"": [f"{rows[one].person_name}：{text}" for one, text in said.items()][:MOST_TOLD]})
        for one in marks:
            rows[one.seat_id].tenths = hours_of(event, one)
        session().flush()


@service(MANAGE)
def add_walk_ins(ctx: Context, session_id: int, *, person_ids: list[int], attendance: str = PRESENT,
                 hours: int | None = None) -> int:
    """People who came without a seat: they get one and are marked (`hours` in tenths, for those who came for a part).

    Raises Invalid naming who cannot have been there.
    """
    event = sheet_open(ctx, ctx.get(ClassSession, session_id))
    seen = set(session().scalars(select(Person.id).where(Person.id.in_(person_ids))))
    rows = seats_for(event, [one for one in person_ids if one in seen], origin="organiser", place=PRESENT_UNASKED)
    with beyond_subtree("training: the organiser writes the sheet for all who came"):
        back = session().scalars(select(Seat).where(Seat.session_id == event.id, Seat.person_id.in_(seen),
                                                    Seat.place.in_((CANCELLED, WAITING)))).all()
    if not rows and not back:
        raise Invalid({"person_ids": [_("他们已在签到表上，或不在您负责的范围内。")]})
    with beyond_subtree("training: the organiser writes the sheet for all who came"):
        for row in back:
            row.place = PRESENT_UNASKED
        session().add_all(rows)
        session().flush()
        listed = {row.id: row for row in (*rows, *back)}
        marks = [Mark(one, attendance, hours) for one in listed]
        if said := faults(event, listed, marks):
            raise Invalid({"person_ids": [f"{listed[one].person_name}：{text}" for one, text in said.items()]})
        for one in marks:
            put(ctx, listed[one.seat_id], event, one)
        session().flush()
    ctx.audit(class_session.name, event.id, event.number, walk_ins=len(listed))
    return len(listed)


@service(MANAGE)
def strike(ctx: Context, seat_id: int) -> Seat:
    """Take somebody off the sheet who was put down there by mistake. Raises Conflict for those who had enrolled."""
    with beyond_subtree("training: the organiser writes the sheet for all who came"):
        row = ctx.get(Seat, seat_id)
    event = sheet_open(ctx, ctx.get(ClassSession, row.session_id))
    if row.place != PRESENT_UNASKED:
        raise Conflict(_("只有现场补录的人可以移出签到表；已报名没有来的，请登记为缺席或请假。"))
    flag_modified(event, "state")
    with beyond_subtree("training: the organiser writes the sheet for all who came"):
        session().delete(row)
        session().flush()
    ctx.audit(class_session.name, event.id, event.number, struck=row.person_id)
    return row
