"""Who of a branch holds which post: a secretary everywhere, a committee where the members suffice (rule R6)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from random import Random
from typing import Protocol, TypeVar

from core.rules import rule

COMMITTEE = ("organisation_member", "publicity_member")
LARGER = ("deputy_secretary", "discipline_member")
SOURCES = (("elected", 14), ("promoted", 3), ("posted", 2), ("recruited", 1))


class Member(Protocol):
    """What is looked at when posts are filled."""

    birth_date: dt.date | None
    joined_on: dt.date | None
    category: str
    member_kind: str


M = TypeVar("M", bound=Member)


def choose_posts(random: Random, people: Sequence[M], since: dt.date | None, today: dt.date) -> list[tuple[str, M, str]]:
    """(post, member, how it was filled) for one branch; those who were full members when the term began, not too old."""
    full = sum(p.member_kind == "full" for p in people)
    posts = ["secretary"]
    if full >= int(rule("people.branch_committee_min_members").value):
        posts += COMMITTEE
    if full >= 2 * int(rule("people.branch_committee_min_members").value):
        posts += LARGER
    fit = sorted(people, key=lambda p: not _fits(p, since, today))       # stable: the first fitting ones, then the others
    sources = random.choices([s for s, _w in SOURCES], [w for _s, w in SOURCES], k=len(posts))
    return list(zip(posts, fit, sources, strict=False))


def _fits(person: Member, since: dt.date | None, today: dt.date) -> bool:
    if person.birth_date is None or person.joined_on is None or person.category == "mobile":
        return False
    full_then = person.member_kind == "full" and person.joined_on < (since or today)
    return full_then and 28 <= (today - person.birth_date).days / 365.25 <= 69
