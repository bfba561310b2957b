"""What each person owes in a year: the heaviest duty of the roles held now, or when that year ended."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sqlalchemy import ColumnElement, or_, select

from core.base import clock
from core.base.db import session
from core.people.conditions import counted
from core.people.models import Person, PostHolding
from core.people.words import COUNTED_STATES

from .audience import post_codes
from .tenths import of_rule
from .words import COMMITTEE_POSTS, DUTY_RULES, ROLES, SECRETARY_POSTS, WORKER_POSTS

CHUNK = 2000


@dataclass(frozen=True, slots=True)
class Duty:
    """A person's place and duty; `worker` also where a heavier role sets the hours."""

    person_id: int
    name_full: str
    org_id: int
    org_path: str
    role: str
    worker: bool
    due: int


def as_of(year: int) -> dt.date:
    """The day whose posts and rules decide about a year: today, and for a year that is over its last day."""
    return min(clock.today(), dt.date(year, 12, 31))


def duties(ids: Iterable[int], *, day: dt.date) -> Iterator[Duty]:
    """The duties of these persons by posts and rules of that day; who owes nothing is left out. Asks beyond subtrees only when
    the caller does."""
    listed = list(ids)
    for start in range(0, len(listed), CHUNK):
        some = listed[start:start + CHUNK]
        yield from _owed(Person.id.in_(some), PostHolding.person_id.in_(some), day)


def duties_in(here: ColumnElement[bool], *, day: dt.date) -> Iterator[Duty]:
    """The same for all persons of whom a condition holds."""
    yield from _owed(here, PostHolding.person_id.in_(select(Person.id).where(here)), day)


def _owed(who: ColumnElement[bool], holders: ColumnElement[bool], day: dt.date) -> Iterator[Duty]:
    roles = _roles(holders, day)
    owed = {role: of_rule(DUTY_RULES[role], day) for role in ROLES}
    due, nothing = owed["member"], frozenset[str]()
    wanted = select(Person.id, Person.name_full, Person.org_id, Person.org_path, counted().label("member"))
    for person_id, name, org_id, path, member in session().execute(wanted.where(who, _alive())):
        held = roles.get(person_id, nothing)
        if held:
            role = max((one for one in ROLES if one in held or (member and one == "member")), key=lambda one: owed[one])
            yield Duty(person_id, name, org_id, path, role, "community_worker" in held, owed[role])
        elif member:
            yield Duty(person_id, name, org_id, path, "member", False, due)


def _alive():  # type: ignore[no-untyped-def]
    return Person.membership_state.in_(COUNTED_STATES)


def _meaning() -> dict[str, str]:
    """post -> the role that follows from it."""
    return {code: role for role, bases in (("secretary", SECRETARY_POSTS), ("committee", COMMITTEE_POSTS),
                                           ("community_worker", WORKER_POSTS)) for code in post_codes(bases)}


def _in_force(day: dt.date, meaning: dict[str, str]):  # type: ignore[no-untyped-def]
    return select(PostHolding.person_id, PostHolding.post).where(
        PostHolding.post.in_(list(meaning)), PostHolding.starts_on <= day,
        or_(PostHolding.ends_on.is_(None), PostHolding.ends_on > day))


def _roles(holders: ColumnElement[bool], day: dt.date) -> dict[int, set[str]]:
    """person -> roles that follow from posts held on that day."""
    meaning = _meaning()
    found: dict[int, set[str]] = {}
    for person_id, post in session().execute(_in_force(day, meaning).where(holders)):
        found.setdefault(person_id, set()).add(meaning[post])
    return found
