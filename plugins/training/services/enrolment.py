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

from ..audience import should_come
from ..models import ClassSession, Seat
from ..seating import give, locked, missing_courses, move_up, objections
from ..words import CANCELLED, ENROLLED, ENROLLING, UPCOMING, WAITING
from ..workflows import class_session

BRANCH, MANAGE = "training.enrolment.write", "training.session.manage"
MOST = 2000


def open_for_enrolment(ctx: Context, session_id: int, states: tuple[str, ...] = (ENROLLING,)) -> ClassSession:
    """The session while seats are given out, kept for this transaction. Raises NotFound, Conflict."""
    with beyond_subtree("training: announced classes are known to all staff"):
        found = session().scalars(select(ClassSession.id).where(ClassSession.id == session_id)).one_or_none()
        if found is None:
            raise NotFound("training_session")
        event = locked(session_id)
    closed = event.on < ctx.today() or bool(event.enrol_until and event.enrol_until < ctx.today())
    if event.state not in states or closed:
        raise Conflict(_("这个班次现在不能报名：%(state)s。", state=_("报名已截止") if closed
                         else class_session.state(event.state).label))
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
    """Everybody who should come gets a seat while there are any. Returns (seated, waiting). The trainer and those who lack
    a prerequisite are left out."""
    ctx.get(ClassSession, session_id)
    event = open_for_enrolment(ctx, session_id, UPCOMING)
    with beyond_subtree("training: who a class is for is computed for the whole class"):
        ids = list(session().scalars(select(Person.id).where(should_come(event.audience, event.org_path, ctx.today()))
                                     .order_by(Person.org_path, Person.name_full, Person.id)))
    lacking = missing_courses(event.course_id, ids)
    made = give(event, [one for one in ids if one != event.trainer_id and one not in lacking], "organiser")
    seated = sum(1 for row in made if row.place == ENROLLED)
    ctx.audit(class_session.name, event.id, event.number, seated=seated, waiting=len(made) - seated)
    return seated, len(made) - seated


@service(None, action="training.enrolment.cancel")
def cancel(ctx: Context, seat_id: int) -> list[Seat]:
    """Give a seat back; the first who waits moves up. One's own, those of one's branch, all of one's own class."""
    with beyond_subtree("training: a seat is looked up before it is known whose it is"):
        seat = ctx.get(Seat, seat_id)
    person = own_person(ctx)
    mine = person is not None and person.id == seat.person_id
    if not (mine or ctx.may(BRANCH, seat.org_path) or ctx.may(MANAGE, seat.host_path)):
        raise NotFound("training_seat")
    event = open_for_enrolment(ctx, seat.session_id, UPCOMING)
    if seat.place not in (ENROLLED, WAITING):
        raise Conflict(_("这个报名已经取消。"))
    with beyond_subtree("training: seats of one class are given out together"):
        seat.place = CANCELLED
        session().flush()
    moved = move_up(event)
    ctx.audit(class_session.name, event.id, event.number, cancelled=seat.person_id, moved_up=[row.person_id for row in moved])
    return moved
