"""Two records become one and may become two again: no value of a plugin's field is lost on the way."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select

from core.base.db import session
from core.contracts.errors import Forbidden
from core.plugin import PERSON, ExtraField
from core.service import Context

from ..models import Person, PersonExtra
from .known import KINDS, fields_on, may_read
from .values import held


def differing(ctx: Context, kept: Person, gone: Person) -> list[tuple[ExtraField, object, object]]:
    """Fields that are on here, that the actor may read of both, and whose values differ."""
    fields = [f for f in fields_on(ctx, PERSON) if may_read(ctx, f, kept) and may_read(ctx, f, gone)]
    here, there = held(kept, fields), held(gone, fields)
    return [(f, here.get(f.key), there.get(f.key)) for f in fields if here.get(f.key) != there.get(f.key)]


def refuse_unseen(ctx: Context, kept: Person, gone: Person, take: Mapping[str, str]) -> None:
    """Nobody chooses between values he may not read. Raises Forbidden."""
    for field in fields_on(ctx, PERSON):
        if field.key in take and not (may_read(ctx, field, kept) and may_read(ctx, field, gone)):
            raise Forbidden(field.read or KINDS[PERSON].read)


def merge_values(kept: Person, gone: Person, take: Mapping[str, str]) -> None:
    """All rows of `gone` become rows of `kept`. Of two values in force one is put aside: the other record's, unless `take`
    says "gone" for its key. What is put aside bears the number of the record that went, with a minus where the value was the
    kept record's: one record may take in several.
    """
    mine = {row.field: row for row in _rows(kept.id) if row.was_of == 0}
    aside: list[tuple[PersonExtra, int]] = []
    for row in _rows(gone.id):
        other = mine.get(row.field) if row.was_of == 0 else None
        if other is not None:
            aside.append((other, -gone.id) if take.get(row.field.replace(".", "__")) == "gone" else (row, gone.id))
    for row, mark in aside:
        row.was_of = mark
    session().flush()
    for row in _rows(gone.id):
        row.person_id = kept.id
    session().flush()


def part_values(kept: Person, gone: Person) -> None:
    """After the rows of `gone` point at it again: what this merge put aside on either side is in force again, unless a value
    was entered since. Then it stays aside for good, under its own number: the same two may be merged once more.
    """
    for person, mark in ((gone, gone.id), (kept, -gone.id)):
        rows = _rows(person.id)
        filled = {row.field for row in rows if row.was_of == 0}
        for row in rows:
            if row.was_of == mark:
                row.was_of = row.id if row.field in filled else 0
    session().flush()


def _rows(person_id: int) -> list[PersonExtra]:
    return list(session().scalars(select(PersonExtra).where(PersonExtra.person_id == person_id)))
