"""The added fields as columns of the registers of persons and organisations: shown, filtered, searched, sorted, exported."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from sqlalchemy import and_, not_, or_, select

from core.plugin import CHOICE, NUMBER, PERSON, TEXT, YES_NO, Beside, Col, ExtraField, Ledger, col
from core.service import WHOLE_TENANT, Context

from ..models import OrgUnit, Person, PersonExtra
from ..tree import within_any
from .known import KINDS, fields_on, words_of
from .values import COLUMNS, TABLES

Seen = tuple[ExtraField, tuple[str, ...], tuple[str, ...]]      # a field, subtrees where it is read, those that take no part


def _seen_at(field: ExtraField, paths: tuple[str, ...], left: tuple[str, ...]) -> list[Any]:
    """Conditions on the row: the reader may see the field there."""
    columns = (Person.org_path, Person.guest_path) if field.of == PERSON else (OrgUnit.path,)
    if paths == WHOLE_TENANT and not left:
        return []
    return [or_(*(and_(within_any(c, paths), *([not_(within_any(c, left))] if left else [])) for c in columns))]


def _in_force(field: ExtraField) -> list[Any]:
    return [TABLES[field.of][0].field == field.name, *([PersonExtra.was_of == 0] if field.of == PERSON else [])]


def _sources(field: ExtraField, seen_at: list[Any]) -> Any:
    """The value beside the row, as far as the reader may see it there."""
    model, place = TABLES[field.of]
    record: Any = Person if field.of == PERSON else OrgUnit
    where = [model.tenant_id == record.tenant_id, place == record.id, *_in_force(field), *seen_at]
    return select(getattr(model, COLUMNS[field.kind])).where(*where).correlate(record).scalar_subquery()


def _matches(field: ExtraField, seen_at: list[Any]) -> Beside:
    """The records with such a value are found at once, not the value of each row."""
    model, place = TABLES[field.of]
    record: Any = Person if field.of == PERSON else OrgUnit
    value = getattr(model, COLUMNS[field.kind])
    return Beside(record.id, lambda test: select(place).where(*_in_force(field), test(value)), tuple(seen_at))


def _column(seen: Seen) -> Col:
    field, paths, left = seen
    listed: Any = (lambda _ctx: words_of(field)) if field.kind == CHOICE else None     # a flag is said and filtered as one
    seen_at = _seen_at(field, paths, left)
    return col(field.key, field.label, _sources(field, seen_at), matches=_matches(field, seen_at),
               search=field.search and field.kind in (TEXT, NUMBER),
               filter=field.filter, blank=field.filter and field.kind not in (NUMBER, TEXT, YES_NO), choices=listed,
               hidden=not field.shown, priority=2, width=14)


@lru_cache(maxsize=512)
def _with(ledger: Ledger, seen: tuple[Seen, ...]) -> Ledger:
    return dataclasses.replace(ledger, columns=(*ledger.columns, *(_column(one) for one in seen)), more=None)


def with_extras(of: str) -> Callable[[Ledger, Context], Ledger]:
    """For `Ledger.more` of a register whose rows are records of this kind."""
    def more(ledger: Ledger, ctx: Context) -> Ledger:
        seen = [(f, _reach(ctx, f), tuple(ctx.left(f.name))) for f in fields_on(ctx, of)]
        mine = tuple(one for one in seen if one[1])
        return _with(ledger, mine) if mine else ledger

    return more


def _reach(ctx: Context, field: ExtraField) -> tuple[str, ...]:
    """Subtrees whose records' values the actor reads."""
    return WHOLE_TENANT if field.of != PERSON and not field.read and ctx.may(KINDS[field.of].read) else ctx.subtrees(
        field.read or KINDS[field.of].read)
