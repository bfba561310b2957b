"""What the steps of needs and sessions do beside changing the state, and what speaks against them."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import func, select

from core.base.db import session
from core.base.i18n import _
from core.base.scope import beyond_subtree, current_scope
from core.contracts.errors import Invalid
from core.people.models import Person
from core.people.tree import is_within
from core.plugin import Objection
from core.service import Context
from core.work import engine

from . import board
from .audience import invited
from .book import Credit, credit, take_back
from .certifying import certify, take_all_away
from .facts import one_at_a_time
from .models import ClassSession, Course, Need, Seat
from .tenths import of_rule, shown
from .words import CAME, OWN_SOURCE, SEATED

Data = dict[str, Any]


# -- needs
def plan_need(ctx: Context, record: Need, data: Data) -> None:
    course = session().get(Course, (ctx.tenant.id, data["course_id"]))
    if course is None or course.retired_on:
        raise Invalid({"course_id": [_("请从列表中选择一门在用的课程。")]})
    record.course_id = course.id


def meet_need(ctx: Context, record: Need, data: Data) -> None:
    record.met_on = data.get("happened_on") or ctx.today()


# -- before the session
def expected(event: ClassSession, today: dt.date) -> int:
    """How many should come, wherever they belong."""
    with beyond_subtree("training: who should come is computed for the whole class"):
        return session().scalar(select(func.count(Person.id)).where(invited(event, today))) or 0


def shows_audience(ctx: Context, record: ClassSession, data: Data) -> list[Any]:
    if record.on < ctx.today():
        return [_("开始日期 %(day)s 已过。请先改日期；已经办过的，用“补登班次”。", day=record.on.isoformat())]
    count = expected(record, ctx.today())
    if not count:
        return [_("按选定的对象，范围内没有应参加的人。请先修改参训对象。")]
    said = [Objection(_("按选定的对象，应参加 %(n)s 人。请在班次页面核对名单。", n=count), blocking=False)]
    if record.capacity and count > record.capacity:
        said.append(Objection(_("应参加 %(n)s 人，名额只有 %(most)s 人，请考虑分期。", n=count, most=record.capacity),
                              blocking=False))
    return said


def announce(ctx: Context, record: ClassSession, data: Data) -> None:
    record.expected = expected(record, ctx.today())
    record.bulletin_id = board.hang(ctx, record, data["text"], data["until"])


def still_ahead(ctx: Context, record: ClassSession, data: Data) -> list[Any]:
    return [_("培训已经开始，不能再报名。")] if record.on < ctx.today() else []


def call_off(ctx: Context, record: ClassSession, data: Data) -> None:
    """Also a class that was noted or confirmed by mistake: its hours left the book when it was opened again."""
    board.take_down(ctx, record)
    board.tell_called_off(ctx, record)
    take_all_away(ctx, record, _("班次已取消"))


# -- the sheet
def not_before(ctx: Context, record: ClassSession, data: Data) -> list[Any]:
    if ctx.today() < record.ends_on:
        return [_("培训 %(day)s 才结束，不能提前登记为已举办。", day=record.ends_on.isoformat())]
    return []


def sheet_complete(ctx: Context, record: ClassSession, data: Data) -> list[Any]:
    rows = seats_of(record)
    said: list[Any] = []
    if not any(row.attendance in CAME for row in rows):
        said.append(_("签到表上还没有出席的人。没有办成的，请“取消班次”。"))
    if blank := sum(1 for row in rows if not row.attendance):
        said.append(_("还有 %(n)s 人没有登记出席情况。", n=blank))
    if record.trainer and any(row.person_name == record.trainer and row.attendance in CAME for row in rows):
        said.append(Objection(_("学员里有人与授课人 %(name)s 同名。授课人不计学员学时，请核对。", name=record.trainer),
                              blocking=False))
    return said


def submit(ctx: Context, record: ClassSession, data: Data) -> None:
    record.marked_by_id, record.marked_by = ctx.actor.id, ctx.actor.label[:80]


def seats_of(record: ClassSession) -> list[Seat]:
    """The rows of the sheet, wherever the people belong."""
    with beyond_subtree("training: the sheet is one, whoever reads it"):
        return list(session().scalars(select(Seat).where(Seat.session_id == record.id, Seat.place.in_(SEATED)).order_by(Seat.id)))


# -- hours
def somebody_else(ctx: Context, record: ClassSession, data: Data) -> list[Any]:
    if ctx.actor.id is not None and ctx.actor.id == record.marked_by_id:
        return [_("签到是您上报的，学时由上级的另一位同志确认。")]
    most = of_rule("training.most_per_day") * record.days
    if record.tenths > most:
        return [_("全程 %(own)s 学时，超过 %(days)s 天最多 %(most)s 学时。", own=shown(record.tenths), days=record.days,
                  most=shown(most))]
    if record.tenths and not any(row.tenths for row in seats_of(record)):
        return [_("签到表上没有学时。")]
    return []


def confirm(ctx: Context, record: ClassSession, data: Data) -> None:
    """Hours go into the book, certificates are made out, needs are met."""
    record.confirmed_by, record.confirmed_on = ctx.actor.label[:80], data.get("happened_on") or ctx.today()
    rows = [row for row in seats_of(record) if row.attendance in CAME]
    course = session().get(Course, (ctx.tenant.id, record.course_id))
    if course and course.certificate:
        one_at_a_time()
    credit_seats(record, rows)
    if course and course.certificate:
        certify(ctx, record, [row for row in rows if row.tenths >= record.tenths])
    with beyond_subtree("training: a class meets the needs it was planned for, also of those above"):
        for one in needs_answered(record):
            engine.advance(ctx.evolve(all_powers=True), ctx.plugins.workflows["training.need"], one, "meet",
                           happened_on=record.ends_on)


def credit_seats(record: ClassSession, rows: list[Seat]) -> None:
    """What the book says of these rows of a confirmed sheet."""
    course = session().get(Course, (current_scope().tenant_id, record.course_id))
    central = bool(course and course.central)
    credit(Credit(row.person_id, record.on, row.tenths, record.title, OWN_SOURCE, record.id, central) for row in rows)


def needs_answered(record: ClassSession) -> list[Need]:
    """Planned needs of its year, raised for its audience before it ended, of places it was for or that lie above it.
    Asks beyond subtrees only when the caller does."""
    planned = session().scalars(select(Need).where(
        Need.state == "planned", Need.course_id == record.course_id, Need.year == record.on.year,
        Need.audience.in_(record.audience), Need.created_at <= record.stops_at)).all()
    return [one for one in planned if is_within(one.org_path, record.org_path) or is_within(record.org_path, one.org_path)]


def reopen(ctx: Context, record: ClassSession, data: Data) -> None:
    """The hours leave the book until they are confirmed again; certificates stay until then."""
    record.confirmed_on, record.confirmed_by, record.marked_by_id = None, "", None
    taken = take_back(OWN_SOURCE, record.id)
    ctx.audit("training.session", record.id, record.number, hours_taken_back=taken)
