"""Who should come: from posts, categories and dates in the registry, never typed by hand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select

from core.people.conditions import counted
from core.people.models import Affiliation, Person, PostHolding
from core.people.tree import within
from core.people.words import COUNTED_STATES
from core.rules import add_months, rule
from core.settings.dictionaries import entries

from .models import ClassSession, Seat
from .words import COMMITTEE_POSTS, SEATED, SECRETARY_POSTS, WORKER_POSTS

FIRST_YEAR = 12                     # months; "the first year after joining" in words of the regulation


def codes_on(kind: str, bases: Iterable[str]) -> list[str]:
    """The tenant's codes of a list that stand on these bases."""
    wanted = set(bases)
    return [entry.code for entry in entries(kind) if entry.base in wanted]


def post_codes(bases: Iterable[str]) -> list[str]:
    return codes_on("people.post", bases)


def holds(bases: Iterable[str], since: dt.date | None = None, person: Any = Person) -> ColumnElement[bool]:
    """Persons holding one of the posts now (or one taken up on `since` or later)."""
    found = select(PostHolding.id).where(
        PostHolding.tenant_id == person.tenant_id, PostHolding.person_id == person.id, PostHolding.ends_on.is_(None),
        PostHolding.post.in_(post_codes(bases)))
    return (found.where(PostHolding.starts_on >= since) if since else found).correlate(person).exists()


def away_or_guest() -> ColumnElement[bool]:
    """Persons with an open link of a mobile member, on either side."""
    return select(Affiliation.id).where(
        Affiliation.tenant_id == Person.tenant_id, Affiliation.person_id == Person.id, Affiliation.ends_on.is_(None),
        Affiliation.kind.in_(("outflow", "inflow"))).correlate(Person).exists()


def meant_by(code: str, today: dt.date) -> ColumnElement[bool]:
    """The condition behind one code of words.AUDIENCES."""
    in_office = {"secretaries": SECRETARY_POSTS, "committee": (*SECRETARY_POSTS, *COMMITTEE_POSTS),
                 "community_workers": WORKER_POSTS}
    if code in in_office:
        return and_(Person.membership_state.in_(COUNTED_STATES), holds(in_office[code]))
    if code == "new_secretaries":
        return holds(SECRETARY_POSTS, add_months(today, -int(rule("training.induction_within").value)))
    if code == "probationary":
        return and_(counted(), Person.member_kind == "probationary")
    if code == "new_members":
        return and_(counted(), Person.joined_on > add_months(today, -FIRST_YEAR))
    return and_(Person.membership_state.in_(COUNTED_STATES), away_or_guest()) if code == "mobile" else counted()


def is_new(person: Person, day: dt.date) -> bool:
    """Whether somebody is on probation or in the first year of membership on that day."""
    return person.member_kind == "probationary" or bool(
        person.member_kind == "full" and person.joined_on and person.joined_on > add_months(day, -FIRST_YEAR))


def should_come(codes: Iterable[str], path: str, today: dt.date) -> ColumnElement[bool]:
    """Persons any of the codes means, within a subtree ("" is the whole tenant)."""
    return and_(or_(*(meant_by(code, today) for code in codes)), within(Person.org_path, path))


def invited(event: ClassSession, today: dt.date) -> ColumnElement[bool]:
    """Persons who should come to a class: of a make-up those on its sheet, else whom its audience means below the organiser."""
    if not event.make_up_of_id:
        return should_come(event.audience, event.org_path, today)
    return Person.id.in_(select(Seat.person_id).where(Seat.session_id == event.id, Seat.place.in_(SEATED)))
