"""What each person owes in a year: the heaviest duty of the roles held now, or when that year ended."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sqlalchemy import or_, select

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


def duties(ids: Iterable[int] | None = None, *, day: dt.date) -> Iterator[Duty]:
    """The duties of these persons (None: of everybody in the tenant) by posts and rules of that day; who owes nothing is
    left out. Asks beyond subtrees only when the caller does."""
    roles = _roles(None if ids is None else list(ids), day)
    owed = {role: of_rule(DUTY_RULES[role], day) for role in ROLES}
    wanted = select(Person.id, Person.name_full, Person.org_id, Person.org_path, counted().label("member"))
    for rows in _persons(wanted, None if ids is None else list(ids), day):
        for row in rows:
            held = roles.get(row.id, set()) | ({"member"} if row.member else set())
            if not held:
                continue
            role = max((one for one in ROLES if one in held), key=lambda one: owed[one])
            yield Duty(row.id, row.name_full, row.org_id, row.org_path, role, "community_worker" in held, owed[role])


def _persons(wanted, ids, day):  # type: ignore[no-untyped-def]
    """Rows in chunks: the named ones, or everybody who is a member or holds a post that counts on that day, by id."""
    if ids is not None:
        for start in range(0, len(ids), CHUNK):
            yield session().execute(wanted.where(Person.id.in_(ids[start:start + CHUNK]), _alive())).all()
        return
    last, holders = 0, _in_force(day, _meaning()).with_only_columns(PostHolding.person_id)
    while True:
        rows = session().execute(wanted.where(Person.id > last, or_(counted(), Person.id.in_(holders)), _alive())
                                 .order_by(Person.id).limit(CHUNK)).all()
        yield rows
        if len(rows) < CHUNK:
            return
        last = rows[-1].id


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


def _roles(ids: list[int] | None, day: dt.date) -> dict[int, set[str]]:
    """person -> roles that follow from posts held on that day."""
    meaning = _meaning()
    found: dict[int, set[str]] = {}
    held = _in_force(day, meaning)
    parts = [held] if ids is None else [held.where(PostHolding.person_id.in_(ids[n:n + CHUNK]))
                                        for n in range(0, len(ids), CHUNK)]
    for part in parts:
        for person_id, post in session().execute(part):
            found.setdefault(person_id, set()).add(meaning[post])
    return found
