"""Who has a seat: capacity, waiting list, prerequisites. Plain functions for services that have authorised."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import func, select

from core.base.db import session
from core.base.i18n import _
from core.base.scope import beyond_subtree
from core.people.models import Person
from core.people.words import COUNTED_STATES, MEMBERSHIP_STATES

from .clashes import busy_elsewhere
from .models import ClassSession, Course, HourEntry, Prerequisite, Seat
from .words import CANCELLED, ENROLLED, OWN_SOURCE, SEATED, WAITING

REASON = "training: seats of one class are given out together"


def locked(session_id: int) -> ClassSession:
    """The session, kept for this transaction: two people never get the last seat."""
    return session().scalars(select(ClassSession).where(ClassSession.id == session_id).with_for_update(key_share=True)
                             .execution_options(populate_existing=True)).one()


def seats_for(event: ClassSession, person_ids: Iterable[int], *, origin: str, place: str = ENROLLED) -> list[Seat]:
    """New rows for these persons (unsaved), in their order; whoever has one already is left out."""
    wanted = list(dict.fromkeys(person_ids))
    with beyond_subtree(REASON):
        known = set(session().scalars(select(Seat.person_id).where(Seat.session_id == event.id, Seat.person_id.in_(wanted))))
        people = {one.id: one for one in session().scalars(select(Person).where(Person.id.in_(wanted)))}
    return [seat_for(event, people[one], origin=origin, place=place) for one in wanted if one in people and one not in known]


def seat_for(event: ClassSession, person: Person, *, origin: str, place: str = ENROLLED) -> Seat:
    """A new row (unsaved) for somebody who has none."""
    return Seat(session_id=event.id, person_id=person.id, person_name=person.name, org_id=person.org_id, org_path=person.org_path,
                host_path=event.org_path, place=place, origin=origin)


def taken(event: ClassSession) -> int:
    with beyond_subtree(REASON):
        return session().scalar(select(func.count(Seat.id)).where(Seat.session_id == event.id, Seat.place.in_(SEATED))) or 0


def free(event: ClassSession) -> int | None:
    """Seats left; None without a limit."""
    return None if event.capacity is None else max(0, event.capacity - taken(event))


def give(event: ClassSession, person_ids: Iterable[int], origin: str) -> list[Seat]:
    """Seats for these persons, as many as there are; the others wait. Who cancelled before stands at the end again."""
    wanted = list(dict.fromkeys(person_ids))
    with beyond_subtree(REASON):
        back = list(session().scalars(select(Seat).where(
            Seat.session_id == event.id, Seat.person_id.in_(wanted), Seat.place == CANCELLED)))
        for row in back:
            session().delete(row)
        session().flush()
    left = free(event)
    made = seats_for(event, wanted, origin=origin)
    for number, row in enumerate(made):
        row.place = ENROLLED if left is None or number < left else WAITING
    with beyond_subtree(REASON):
        session().add_all(made)
        session().flush()
    return made


def move_up(event: ClassSession) -> list[Seat]:
    """Those who wait take the seats that became free, first come first served."""
    left = free(event)
    with beyond_subtree(REASON):
        waiting = select(Seat).where(Seat.session_id == event.id, Seat.place == WAITING).order_by(Seat.id)
        rows = list(session().scalars(waiting if left is None else waiting.limit(left)))
        for row in rows:
            row.place = ENROLLED
        session().flush()
    return rows


def missing_courses(course_id: int, person_ids: list[int]) -> dict[int, list[str]]:
    """person -> names of the courses that come first and were not attended (no hours in the book)."""
    first = dict(session().execute(select(Course.id, Course.name).join(
        Prerequisite, (Prerequisite.tenant_id == Course.tenant_id) & (Prerequisite.first_id == Course.id))
        .where(Prerequisite.course_id == course_id)).all())
    if not first:
        return {}
    done = _attended(person_ids, first)
    found = {one: [name for course, name in first.items() if (one, course) not in done] for one in person_ids}
    return {one: names for one, names in found.items() if names}


def courses_not_open(person_id: int, course_ids: Iterable[int]) -> set[int]:
    """Those of the courses that ask for another one the person has no hours of."""
    first = session().execute(select(Prerequisite.course_id, Prerequisite.first_id).where(
        Prerequisite.course_id.in_(sorted(course_ids)))).all()
    if not first:
        return set()
    done = _attended([person_id], {row.first_id for row in first})
    return {row.course_id for row in first if (person_id, row.first_id) not in done}


def _attended(person_ids: list[int], course_ids: Iterable[int]) -> set[tuple[int, int]]:
    """(person, course) of those with hours of the course in the book."""
    with beyond_subtree("training: what somebody learned before, wherever it was"):
        rows = session().execute(select(HourEntry.person_id, ClassSession.course_id).join(
            ClassSession, (ClassSession.tenant_id == HourEntry.tenant_id) & (ClassSession.id == HourEntry.source_id)).where(
            HourEntry.source == OWN_SOURCE, HourEntry.person_id.in_(person_ids), ClassSession.course_id.in_(list(course_ids))))
        return {(row.person_id, row.course_id) for row in rows}


def objections(event: ClassSession, person: Person) -> list[str]:
    """Why somebody cannot be enrolled."""
    said = []
    if person.id == event.trainer_id:
        said.append(_("%(name)s 是授课人，不能同时作为学员。", name=person.name))
    if person.membership_state not in COUNTED_STATES:
        said.append(_("%(name)s 已不在册（%(state)s），不能报名。", name=person.name,
                      state=MEMBERSHIP_STATES.get(person.membership_state, person.membership_state)))
    if other := busy_elsewhere(event, [person.id]).get(person.id):
        said.append(f"{person.name}：{other}")
    if names := missing_courses(event.course_id, [person.id]).get(person.id):
        said.append(_("%(name)s 还没有学过先修课程：%(courses)s。", name=person.name, courses="、".join(names)))
    return said
