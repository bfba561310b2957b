"""The added fields in schemas: of forms, of the API's bodies and answers, of a row of a sheet."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from hashlib import blake2s
from typing import Any

from flask import has_request_context
from marshmallow import Schema as Plain
from marshmallow import fields, pre_dump

from core.base.i18n import Lazy
from core.plugin import CHOICE, DATE, NUMBER, PERSON, TEXT, ExtraField, installed
from core.service import Context
from core.web import ctx as current
from core.web.forms import Choice, Date, Int, Length, Range, Schema, Text, ui

from .known import KINDS, Record, fields_on, kind_of, offered, readable, words_of, writable
from .values import held, values_of

TOLD: dict[str, Callable[..., fields.Field]] = {
    TEXT: fields.String, CHOICE: fields.String, NUMBER: fields.Integer, DATE: fields.Date}


def field_of(field: ExtraField, present: str | None = None) -> fields.Field:
    """The field as people fill it in, under the heading of its plugin; `present`: a choice that stands, though it is not
    offered any more.
    """
    title: str | Lazy = installed().by_name[installed().owner_of(field.name)].manifest.title
    said = ui(field.label, help=field.help, group=title, aliases=field.aliases, sensitive=field.sensitive, purpose=field.purpose)
    if field.kind == TEXT:
        return Text(validate=Length(max=field.longest), metadata=said)
    if field.kind == NUMBER:
        return Int(validate=Range(min=field.least, max=field.most), metadata=said)
    if field.kind == DATE:
        return Date(metadata=said)
    stays = [(present, words_of(field).get(present, present))] if present is not None else []
    return Choice(lambda: [*offered(field), *stays], metadata=said)


@lru_cache(maxsize=256)
def _widened(base: type[Schema], added: tuple[ExtraField, ...], standing: tuple[tuple[str, str], ...]) -> type[Schema]:
    meta = type("Meta", (base.Meta,), {"register": False})
    own = {field.key: field_of(field, dict(standing).get(field.key)) for field in added}
    return type(base.__name__, (base,), {**own, "Meta": meta, "__module__": base.__module__, "__doc__": base.__doc__})


def widened(base: type[Schema], added: Iterable[ExtraField], standing: tuple[tuple[str, str], ...] = ()) -> Schema:
    """A schema with these fields behind its own; `standing`: choices of the record that are not offered any more, by key."""
    some = tuple(added)
    return _widened(base, some, standing)() if some else base()


def form_schema(base: type[Schema], of: str, record: Record | None = None) -> Schema:
    """The schema of a form for the reader of this request."""
    added = writable(current(), of, record)
    return widened(base, added, _standing(record, added) if record is not None else ())


def _standing(record: Record, added: list[ExtraField]) -> tuple[tuple[str, str], ...]:
    lists = [f for f in added if f.kind == CHOICE]
    values = held(record, lists)
    return tuple((f.key, value) for f in lists if (value := values.get(f.key)) is not None
                 and value not in [code for code, _label in offered(f)])


def chosen_between() -> list[str]:
    """Keys of the fields of two persons that a program of this request may choose between when it merges them."""
    if not has_request_context():
        return []
    ctx = current()
    return [f.key for f in fields_on(ctx, PERSON) if ctx.may(f.read or KINDS[PERSON].read)]


def body(base: type[Schema], of: str) -> Callable[[], Schema]:
    """The same for a body of the API: what may be filled in anywhere; the service asks at the record's place. Outside a
    request it is what core itself takes.
    """
    return lambda: form_schema(base, of) if has_request_context() else base()


def row_schema(base: type[Schema], of: str) -> Callable[[Context], Schema]:
    """The same for a row of a sheet."""
    return lambda ctx: widened(base, [f for f in writable(ctx, of) if f.sheet])


def typed(ctx: Context, record: Record) -> dict[str, Any]:
    """What stands in the form of a record already."""
    found = held(record, writable(ctx, kind_of(record), record))
    return {key: value.isoformat() if isinstance(value, dt.date) else value for key, value in found.items()}


def _told_field(field: ExtraField) -> fields.Field:
    made = TOLD.get(field.kind, fields.Boolean)
    return made(allow_none=True, required=True, dump_only=True, metadata=ui(field.label, help=field.help))


class _Told(Plain):
    """An answer with the values of the added fields: read for all records of the answer at once, null where the reader may not
    see one. `stamp`: a plugin that is switched changes the answer while the version stays.
    """

    stamp = ""
    of = ""

    @pre_dump(pass_collection=True)
    def with_values(self, data: Any, **_more: Any) -> Any:
        many = isinstance(data, list)
        records = data if many else [data]
        added = [f for f in installed().extra_fields.values() if f.key in self.fields]
        found = values_of(self.of, added, [record.id for record in records]) if added else {}
        rows = [self._row(record, found.get(record.id, {}), added) for record in records]
        return rows if many else rows[0]

    def _row(self, record: Any, values: Mapping[str, Any], added: list[ExtraField]) -> dict[str, Any]:
        seen = {f.key for f in readable(current(), record)} if added else set()
        own = {one.attribute or name: getattr(record, one.attribute or name) for name, one in self.fields.items()
               if "__" not in name}
        return own | {f.key: values.get(f.key) if f.key in seen else None for f in added}


@lru_cache(maxsize=256)
def _telling(base: type[Plain], of: str, added: tuple[ExtraField, ...]) -> Plain:
    """Made once: telling changes nothing in it, and making one copies all its fields."""
    meta = type("Meta", (), {"register": False})
    own: dict[str, Any] = {field.key: _told_field(field) for field in added}
    made: type[Plain] = type(base.__name__, (_Told, base), {**own, "Meta": meta, "of": of, "stamp": _stamp(added)})
    return made()


def _stamp(added: tuple[ExtraField, ...]) -> str:
    return "-" + blake2s("".join(f.key for f in added).encode(), digest_size=4).hexdigest() if added else ""


def telling(base: type[Plain], of: str) -> Callable[[], Plain]:
    """The answer about a record, as the tenant of this request has it."""
    return lambda: _telling(base, of, tuple(fields_on(current(), of)))
