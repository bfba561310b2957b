"""Two records become one and may become two again: no value of a plugin's field is lost on the way."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select

from core.base.db import session
from core.plugin import PERSON, ExtraField
from core.service import Context

from ..models import Person, PersonExtra
from .known import fields_on
from .values import held


def differing(ctx: Context, kept: Person, gone: Person) -> list[tuple[ExtraField, object, object]]:
    """Fields that are on here and whose values differ."""
    fields = fields_on(ctx, PERSON)
    here, there = held(kept, fields), held(gone, fields)
    return [(f, here.get(f.key), there.get(f.key)) for f in fields if here.get(f.key) != there.get(f.key)]


def merge_values(kept: Person, gone: Person, take: Mapping[str, str]) -> None:
    """All rows of `gone` become rows of `kept`. Of two values in force one is put aside: the other record's, unless `take`
    says "gone" for its key.
    """
    mine = {row.field: row for row in _rows(kept.id) if row.was_of == 0}
    aside: list[tuple[PersonExtra, int]] = []
    for row in _rows(gone.id):
        other = mine.get(row.field) if row.was_of == 0 else None
        if other is not None:
            aside.append((other, kept.id) if take.get(row.field.replace(".", "__")) == "gone" else (row, gone.id))
    for row, owner in aside:
        row.was_of = owner
    session().flush()
    for row in _rows(gone.id):
        row.person_id = kept.id
    session().flush()


def part_values(kept: Person, gone: Person) -> None:
    """After the rows of `gone` point at it again: what was put aside on either side is in force again."""
    for person in (gone, kept):
        for row in _rows(person.id):
            if row.was_of == person.id:
                row.was_of = 0
    session().flush()


def _rows(person_id: int) -> list[PersonExtra]:
    return list(session().scalars(select(PersonExtra).where(PersonExtra.person_id == person_id)))
