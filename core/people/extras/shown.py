"""The added fields on the page of a record, and in the answer to whoever asks what is held about him."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select

from core.base.db import session
from core.base.i18n import _
from core.plugin import PERSON, HeldData
from core.service import Context

from ..models import PersonExtra
from .known import Record, heading, readable, said
from .values import COLUMNS, filled, held

Section = tuple[str, list[tuple[str, str]]]         # heading, (label, value)


def sections(ctx: Context, record: Record) -> list[Section]:
    """What the reader may see of a record, under the headings of the plugins; blank fields are left out, empty ones too."""
    fields = readable(ctx, record)
    values = held(record, fields)
    found: dict[str, list[tuple[str, str]]] = {}
    for field in fields:
        if text := said(field, values.get(field.key)):
            found.setdefault(heading(ctx, field), []).append((str(field.label), text))
    return list(found.items())


def held_about(ctx: Context, person_id: int) -> Iterator[HeldData]:
    """Everything kept on a person for plugins, also for those that are off; what a merge put aside is told as such."""
    known = {f.name: f for f in ctx.plugins.extra_fields.values() if f.of == PERSON}
    rows = session().scalars(select(PersonExtra).where(PersonExtra.person_id == person_id).order_by(
        PersonExtra.field, PersonExtra.was_of)).all()
    found: dict[str, list[tuple[str, str]]] = {}
    for row in rows:
        field = known.get(row.field)
        if field is not None:
            typed = getattr(row, COLUMNS[field.kind])
            label, text = str(field.label), said(field, filled(row) if typed is None else typed)
        else:
            label, text = row.field, str(filled(row))
        title = heading(ctx, field) if field else _("已卸载的应用")
        found.setdefault(title, []).append((label + (_("（合并前的记录）") if row.was_of else ""), text))
    for title, lines in found.items():
        yield HeldData(_("补充信息：%(name)s", name=title), tuple(lines))
