"""Planning a session, changing it until its sheet is handed in, and making one up for those who were absent."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from sqlalchemy import select

from core.base.db import session
from core.base.i18n import _
from core.base.scope import beyond_subtree
from core.contracts.errors import Conflict, Invalid
from core.people.models import Person
from core.service import Context, service
from core.work import engine

from ..clashes import busy_elsewhere
from ..effects import expected
from ..facts import check_session, course_in_use, host, next_number
from ..models import ClassSession, Course, PlanItem, Seat
from ..seating import move_up, seats_for, taken
from ..words import AHEAD, CALLED_OFF, CANCELLED, COUNTED, HELD, MISSED, SEATED, SUBMITTED, UPCOMING, WAITING
from ..workflows import class_session
from .attendance import recount

MANAGE = "training.session.manage"
WHO_AND_WHEN = ("trainer_id", "on", "ends_on", "from_minute", "to_minute")


@service(MANAGE)
def plan_session(ctx: Context, *, org_id: int, course_id: int, plan_item_id: int | None = None, **data: Any) -> ClassSession:
    """Draft a session. Nobody sees it on the board before it is announced."""
    return _made(ctx, org_id, course_in_use(ctx, course_id), plan_item_id, data)


@service(MANAGE, action="training.session.record_past")
def record_past(ctx: Context, *, org_id: int, course_id: int, plan_item_id: int | None = None, **data: Any) -> ClassSession:
    """Note a session that was held before anybody entered it; history marks it as a late entry."""
    return _made(ctx, org_id, course_in_use(ctx, course_id), plan_item_id, data, past=True)


def _made(ctx: Context, org_id: int, course: Course, plan_item_id: int | None, data: dict[str, Any], *,
          past: bool = False) -> ClassSession:
    unit = host(ctx, org_id, MANAGE)
    columns = check_session(ctx, data, course, past=past)
    _check_trainer(ctx, columns)
    if plan_item_id:
        item = ctx.get(PlanItem, plan_item_id)
        if item.course_id != course.id:
            raise Invalid({"course_id": [_("与计划条目的课程不同。")]})
    made = ClassSession(number=next_number(columns["on"]), org_id=unit.id, org_path=unit.path, course_id=course.id,
                        plan_item_id=plan_item_id, **columns)
    engine.start(ctx, class_session, made, state=HELD if past else "", happened_on=columns["ends_on"] if past else None)
    made.expected = expected(made, made.on) if past else 0
    return made


def _check_trainer(ctx: Context, columns: dict[str, Any], event: ClassSession | None = None) -> None:
    """Whoever teaches is one of the people the actor may choose from (others are written by name), or does so already, and
    sits nowhere at that time; the name follows from the registry."""
    trainer_id, session_id = columns["trainer_id"], event.id if event else 0
    if not trainer_id:
        return
    if event is not None and trainer_id == event.trainer_id:
        columns["trainer"] = event.trainer
    else:
        person = session().scalars(select(Person).where(Person.id == trainer_id)).one_or_none()
        if person is None:
            raise Invalid({"trainer_id": [_("请从列表中选择；不在您负责范围内的，把姓名写在“授课人”里。")]})
        columns["trainer"] = person.name
    if event is not None and not any(columns[name] != getattr(event, name) for name in WHO_AND_WHEN):
        return
    with beyond_subtree("training: what a person does elsewhere speaks against being here"):
        sits = session().scalars(select(Seat.id).where(
            Seat.session_id == session_id, Seat.person_id == trainer_id, Seat.place.in_((*SEATED, WAITING)))).first()
    busy = busy_elsewhere(SimpleNamespace(id=session_id, **columns), [trainer_id]).get(trainer_id)
    if why := _("已报名这个班次，不能同时授课。") if sits else busy:
        raise Invalid({"trainer_id": [f"{columns['trainer']}：{why}"]})


@service(MANAGE)
def update_session(ctx: Context, session_id: int, *, version: int | None = None, **data: Any) -> ClassSession:
    """Change a session that lies ahead, or put one right that was held: its sheet follows. Course and organiser stay; what
    was announced must be announced again by hand. Raises Conflict once the sheet was handed in, or while it is filled in."""
    event = ctx.get(ClassSession, session_id)
    ctx.check_version(event, version)
    held = event.state == HELD
    _refuse_change(event)
    columns = check_session(ctx, data, ctx.get(Course, event.course_id), past=held)
    _check_trainer(ctx, columns, event)
    if columns["capacity"] not in (None, event.capacity) and columns["capacity"] < (sitting := taken(event)):
        raise Invalid({"capacity": [_("已报名 %(n)s 人，名额不能少于已报名的人数。", n=sitting)]})
    changed = sorted(name for name, value in columns.items() if getattr(event, name) != value)
    for name in changed:
        setattr(event, name, columns[name])
    session().flush()
    if held:
        recount(event)
    elif "capacity" in changed:
        move_up(event)
    if event.state in UPCOMING or (held and "audience" in changed):
        event.expected = expected(event, min(event.on, ctx.today()))
    ctx.audit(class_session.name, event.id, event.number, fields=changed)
    return event


def _refuse_change(event: ClassSession) -> None:
    if event.state not in (*AHEAD, HELD):
        raise Conflict(_("签到已经上报，不能再改班次信息；请上级退回或重新打开后更正。") if event.state != CALLED_OFF
                       else _("班次已取消，不能再改。"))
    with beyond_subtree("training: the sheet is one, whoever reads it"):
        marked = session().scalars(select(Seat.id).where(Seat.session_id == event.id, Seat.attendance != "").limit(1)).first()
    if marked and event.state != HELD:
        raise Conflict(_("签到已经开始登记，现在不能改班次信息；培训结束、登记为已举办后可以更正。"))


@service(MANAGE)
def make_up(ctx: Context, session_id: int, **data: Any) -> ClassSession:
    """A session for those who were absent or excused from another one and are not on the sheet of a make-up yet: they stand
    on its sheet from the start.

    Raises Invalid when there is nobody, or fewer places than people; Conflict before the first sheet was handed in.
    """
    missed = ctx.get(ClassSession, session_id)
    if missed.state not in (SUBMITTED, *COUNTED):
        raise Conflict(_("先上报原班次的签到，再安排补课。"))
    absent = _to_be_made_up_for(missed)
    if (data.get("capacity") or len(absent)) < len(absent):
        raise Invalid({"capacity": [_("要补课的有 %(n)s 人，名额不能更少。", n=len(absent))]})
    if data.get("trainer_id") in absent:
        raise Invalid({"trainer_id": [_("授课人是要补课的人，不能同时作为学员。请换一位授课人。")]})
    made = _made(ctx, missed.org_id, ctx.get(Course, missed.course_id), None, data)
    made.make_up_of_id = missed.id
    session().add_all(seats_for(made, absent, origin="organiser"))
    session().flush()
    ctx.audit(class_session.name, made.id, made.number, make_up_of=missed.number, people=len(absent))
    return made


def _to_be_made_up_for(missed: ClassSession) -> list[int]:
    """Persons absent or excused who have no seat in another make-up, or missed that one too."""
    with beyond_subtree("training: whoever was absent is invited, wherever they belong"):
        absent = list(session().scalars(select(Seat.person_id).where(
            Seat.session_id == missed.id, Seat.attendance.in_(MISSED)).order_by(Seat.id)))
        invited = set(session().scalars(select(Seat.person_id).join(Seat.session).where(
            ClassSession.make_up_of_id == missed.id, ClassSession.state != CALLED_OFF, Seat.place != CANCELLED,
            Seat.attendance.not_in(MISSED))))
    if not absent:
        raise Invalid({"": [_("原班次没有缺席或请假的人，不用补课。")]})
    if not (wanted := [one for one in absent if one not in invited]):
        raise Invalid({"": [_("缺席、请假的人都已安排补课。")]})
    return wanted
