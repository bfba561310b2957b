"""The rows that hang on one person. The page shows them and so does its timeline: read once while a page is made."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any, TypeVar

from sqlalchemy import Row, select

from core.base.db import session
from core.base.scope import current_scope

from ..models import Affiliation, Archive, MemberChange, OrgUnit, PostHolding

T = TypeVar("T")
_known: ContextVar[dict[Any, Any] | None] = ContextVar("people_own_rows", default=None)


@contextmanager
def read_once() -> Iterator[None]:
    """Rows asked for inside, in the same scope, are read once. For reading only: what is written meanwhile is not seen."""
    token = _known.set({})
    try:
        yield
    finally:
        _known.reset(token)


def _once(read: Callable[[int], list[T]]) -> Callable[[int], list[T]]:
    @wraps(read)
    def found(person_id: int) -> list[T]:
        known, key = _known.get(), (read, person_id, current_scope())
        if known is None:
            return read(person_id)
        if key not in known:
            known[key] = read(person_id)
        rows: list[T] = known[key]
        return rows

    return found


@_once
def changes(person_id: int) -> list[MemberChange]:
    """Changes of membership, in the order in which they were made."""
    return list(session().scalars(select(MemberChange).where(MemberChange.person_id == person_id).order_by(MemberChange.id)))


@_once
def posts(person_id: int) -> list[Row[tuple[PostHolding, str]]]:
    """Posts with the short name of the unit. They are no secret, wherever the unit lies."""
    return list(session().execute(
        select(PostHolding, OrgUnit.short_name).join(PostHolding.org).where(PostHolding.person_id == person_id)
        .order_by(PostHolding.id).execution_options(beyond_subtree=True)))


@_once
def links(person_id: int) -> list[Row[tuple[Affiliation, str]]]:
    """Affiliations with the short name of the unit."""
    return list(session().execute(
        select(Affiliation, OrgUnit.short_name).join(Affiliation.org).where(Affiliation.person_id == person_id)
        .order_by(Affiliation.id)))


def archive(person_id: int) -> list[Archive]:
    """Records that were merged into this one, the latest first."""
    return list(session().scalars(select(Archive).where(Archive.kept_id == person_id).order_by(Archive.id.desc())))
