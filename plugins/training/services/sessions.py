"""Planning a session, changing it while it lies ahead, and making one up for those who were absent."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from core.base.db import session
from core.base.i18n import _
from core.base.scope import beyond_subtree
from core.contracts.errors import Conflict, Invalid
from core.people.models import Person
from core.service import Context, service
from core.work import engine

from ..facts import check_session, course_in_use, host, next_number
from ..models import ClassSession, PlanItem, Seat
from ..seating import move_up, seats_for
from ..words import AHEAD, COUNTED, HELD, MISSED, SUBMITTED
from ..workflows import class_session

MANAGE = "training.session.manage"


@service(MANAGE)
def plan_session(ctx: Context, *, org_id: int, course_id: int, plan_item_id: int | None = None, **data: Any) -> ClassSession:
    """Draft a session. Nobody sees it on the board before it is announced."""
    return _made(ctx, org_id, course_id, plan_item_id, data, past=False)


@service(MANAGE, action="training.session.record_past")
def record_past(ctx: Context, *, org_id: int, course_id: int, plan_item_id: int | None = None, **data: Any) -> ClassSession:
    """Note a session that was held before anybody entered it; history marks it as a late entry."""
    return _made(ctx, org_id, course_id, plan_item_id, data, past=True)


def _made(ctx: Context, org_id: int, course_id: int, plan_item_id: int | None, data: dict[str, Any], *,
          past: bool) -> ClassSession:
    unit, course = host(ctx, org_id, MANAGE), course_in_use(ctx, course_id)
    columns = check_session(ctx, data, course, past=past)
    _check_trainer(ctx, columns)
    if plan_item_id:
        item = ctx.get(PlanItem, plan_item_id)
        if item.course_id != course.id:
            raise Invalid({"course_id": [_("与计划条目的课程不同。")]})
    made = ClassSession(number=next_number(columns["on"]), org_id=unit.id, org_path=unit.path, course_id=course.id,
                        plan_item_id=plan_item_id, **columns)
    engine.start(ctx, class_session, made, state=HELD if past else "", happened_on=columns["ends_on"] if past else None)
    return made


def _check_trainer(ctx: Context, columns: dict[str, Any]) -> None:
    """Whoever teaches may belong elsewhere; the name follows from the registry."""
    if columns["trainer_id"]:
        with beyond_subtree("training: a trainer may come from anywhere in the tenant"):
            person = session().get(Person, (ctx.tenant.id, columns["trainer_id"]))
        if person is None:
            raise Invalid({"trainer_id": [_("请从列表中选择。")]})
        columns["trainer"] = person.name


@service(MANAGE)
def update_session(ctx: Context, session_id: int, *, version: int | None = None, **data: Any) -> ClassSession:
    """Change a session that lies ahead. Course and organiser stay; what was announced must be announced again by hand."""
    event = ctx.get(ClassSession, session_id)
    ctx.check_version(event, version)
    if event.state not in AHEAD:
        raise Conflict(_("培训已经举办，不能再改班次信息。"))
    columns = check_session(ctx, data, course_in_use(ctx, event.course_id))
    _check_trainer(ctx, columns)
    changed = sorted(name for name, value in columns.items() if getattr(event, name) != value)
    for name in changed:
        setattr(event, name, columns[name])
    if "capacity" in changed:
        session().flush()
        move_up(event)
    ctx.audit(class_session.name, event.id, event.number, fields=changed)
    return event


@service(MANAGE)
def make_up(ctx: Context, session_id: int, **data: Any) -> ClassSession:
    """A session for those who were absent or excused from another one: they stand on its sheet from the start.

    Raises Invalid when nobody was missing, Conflict before the sheet of the first session was handed in.
    """
    missed = ctx.get(ClassSession, session_id)
    if missed.state not in (SUBMITTED, *COUNTED):
        raise Conflict(_("先上报原班次的签到，再安排补课。"))
    with beyond_subtree("training: whoever was absent is invited, wherever they belong"):
        absent = list(session().scalars(select(Seat).where(Seat.session_id == missed.id, Seat.attendance.in_(MISSED))))
    if not absent:
        raise Invalid({"course_id": [_("原班次没有缺席或请假的人，不用补课。")]})
    given = {**data, "course_id": missed.course_id, "org_id": missed.org_id}
    made = plan_session(ctx, **given)
    made.make_up_of_id = missed.id
    session().add_all(seats_for(made, [row.person_id for row in absent], origin="organiser"))
    session().flush()
    ctx.audit(class_session.name, made.id, made.number, make_up_of=missed.number, people=len(absent))
    return made
