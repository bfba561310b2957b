"""Enrolling: oneself, people of one's branch, everybody who should come; and giving a seat back."""

from __future__ import annotations

from sqlalchemy import select

from core.base.db import session
from core.base.i18n import _
from core.base.scope import beyond_subtree
from core.contracts.errors import Conflict, Forbidden, Invalid, NotFound
from core.people.me import own_person
from core.people.models import Person
from core.service import Context, service
from core.settings.modules import settings_of

from ..audience import invited, should_come
from ..clashes import busy_elsewhere
from ..models import ClassSession, Seat
from ..seating import give, locked, missing_courses, move_up, objections
from ..words import CANCELLED, ENROLLED, ENROLLING, UPCOMING, WAITING
from ..workflows import class_session

BRANCH, MANAGE = "training.enrolment.write", "training.session.manage"
MOST = 5000                 # people in one class


def open_for_enrolment(ctx: Context, session_id: int, states: tuple[str, ...] = (ENROLLING,), *,
                       leaving: bool = False) -> ClassSession:
    """The session while seats are given out (or back: until it begins), kept for this transaction. Raises NotFound, Conflict."""
    with beyond_subtree("training: announced classes are known to all staff"):
        found = session().scalars(select(ClassSession.id).where(ClassSession.id == session_id)).one_or_none()
        if found is None:
            raise NotFound("training_session")
        event = locked(session_id)
    begun = event.on < ctx.today()
    closed = begun or bool(not leaving and event.enrol_until and event.enrol_until < ctx.today())
    if event.state not in states or closed:
        why = class_session.state(event.state).label if not closed else _("培训已经开始") if begun else _("报名已截止")
        raise Conflict(_("这个班次现在不能取消报名：%(state)s。", state=why) if leaving
                       else _("这个班次现在不能报名：%(state)s。", state=why))
    return event


@service(None, action="training.enrolment.self")
def enrol_myself(ctx: Context, session_id: int) -> Seat:
    """A seat, or a place in the waiting list, for the person behind the account. Raises Invalid with the reason against."""
    person = own_person(ctx)
    if person is None or not settings_of(ctx.plugins, "training")["self_enrolment"]:
        raise Forbidden(BRANCH)
    event = open_for_enrolment(ctx, session_id)
    said = objections(event, person)
    if not is_meant(ctx, event, person.id):
        said.append(_("这个班次的对象不包括您，请与支部联系。"))
    if said:
        raise Invalid({"person_ids": said})
    made = give(event, [person.id], "self")
    if not made:
        raise Invalid({"person_ids": [_("您已经报名。")]})
    ctx.audit(class_session.name, event.id, event.number, enrolled=[person.id], place=made[0].place)
    return made[0]


def is_meant(ctx: Context, event: ClassSession, person_id: int) -> bool:
    with beyond_subtree("training: who a class is for is computed for the whole class"):
        return session().scalar(select(Person.id).where(
            Person.id == person_id, should_come(event.audience, event.org_path, ctx.today()))) is not None


@service(BRANCH)
def enrol_people(ctx: Context, session_id: int, *, person_ids: list[int]) -> list[Seat]:
    """Put people of one's own branch down. Raises Invalid naming everybody who cannot come and why: nobody is enrolled then."""
    people = list(session().scalars(select(Person).where(Person.id.in_(person_ids[:MOST]))))
    if len(people) < len(set(person_ids)):
        raise Invalid({"person_ids": [_("只能为您负责范围内的人报名。")]})
    for person in people:
        ctx.require(BRANCH, person.org_path)
    event = open_for_enrolment(ctx, session_id)
    origin = "organiser" if ctx.may(MANAGE, event.org_path) else "branch"
    said = [text for person in people for text in objections(event, person)]
    if origin == "branch":
        said += [_("%(name)s 不在这个班次的对象里。", name=one.name) for one in people if not is_meant(ctx, event, one.id)]
    if said:
        raise Invalid({"person_ids": said[:20]})
    made = give(event, [person.id for person in people], origin)
    if not made:
        raise Invalid({"person_ids": [_("他们都已经报名。")]})
    ctx.audit(class_session.name, event.id, event.number, enrolled=[row.person_id for row in made])
    return made


@service(MANAGE)
def enrol_all(ctx: Context, session_id: int) -> tuple[int, int]:
    """Everybody who should come gets a seat while there are any. Returns (seated, waiting). Left out are the trainer, those
    who lack a prerequisite, have to be elsewhere at that time, or cancelled. Raises Conflict for more than one class holds."""
    ctx.get(ClassSession, session_id)
    event = open_for_enrolment(ctx, session_id, UPCOMING)
    with beyond_subtree("training: who a class is for is computed for the whole class"):
        ids = list(session().scalars(select(Person.id).where(invited(event, ctx.today()))
                                     .order_by(Person.org_path, Person.name_full, Person.id)))
    if len(ids) > MOST:
        raise Conflict(_("应参加 %(n)s 人，一个班次最多列入 %(most)s 人，请缩小对象或按街道、社区分期办班。", n=len(ids),
                         most=MOST))
    out = _left_out(event, ids)
    made = give(event, [one for one in ids if one not in out], "organiser")
    seated = sum(1 for row in made if row.place == ENROLLED)
    ctx.audit(class_session.name, event.id, event.number, seated=seated, waiting=len(made) - seated)
    return seated, len(made) - seated


def _left_out(event: ClassSession, ids: list[int]) -> set[int]:
    with beyond_subtree("training: who a class is for is computed for the whole class"):
        cancelled = session().scalars(select(Seat.person_id).where(Seat.session_id == event.id, Seat.place == CANCELLED)).all()
    return {*cancelled, *missing_courses(event.course_id, ids), *busy_elsewhere(event, ids), event.trainer_id or 0}


@service(None, action="training.enrolment.cancel")
def cancel(ctx: Context, seat_id: int) -> list[Seat]:
    """Give a seat back; the first who waits moves up. One's own, those of one's branch, all of one's own class."""
    with beyond_subtree("training: a seat is looked up before it is known whose it is"):
        seat = ctx.get(Seat, seat_id)
    person = own_person(ctx)
    mine = person is not None and person.id == seat.person_id
    if not (mine or ctx.may(BRANCH, seat.org_path) or ctx.may(MANAGE, seat.host_path)):
        raise NotFound("training_seat")
    event = open_for_enrolment(ctx, seat.session_id, UPCOMING, leaving=True)
    if seat.place not in (ENROLLED, WAITING):
        raise Conflict(_("这个报名已经取消。"))
    if seat.attendance:
        raise Conflict(_("%(name)s 的签到已经登记，不能再取消报名。", name=seat.person_name))
    with beyond_subtree("training: seats of one class are given out together"):
        seat.place = CANCELLED
        session().flush()
    moved = move_up(event)
    ctx.audit(class_session.name, event.id, event.number, cancelled=seat.person_id, moved_up=[row.person_id for row in moved])
    return moved
