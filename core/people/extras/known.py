"""Which added fields there are for a reader, what they may do with them, and how a value is said in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.base.i18n import _, _l
from core.plugin import CHOICE, ORG_UNIT, PERSON, YES_NO, ExtraField
from core.service import Context
from core.settings.dictionaries import choices, labels

from ..models import OrgUnit, Person

MARK = "__"                                 # stands in the key of an added field, and in no other name of a field
YES = {True: _l("是"), False: _l("否")}


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of record that takes fields: the rights of whoever names none of its own."""

    of: str
    read: str
    write: str


KINDS = {PERSON: Kind(PERSON, "people.person.read", "people.person.update"),
         ORG_UNIT: Kind(ORG_UNIT, "people.org.read", "people.org.manage")}
Record = Person | OrgUnit


def kind_of(record: Record) -> str:
    return PERSON if isinstance(record, Person) else ORG_UNIT


def places(record: Record) -> list[str]:
    """Where a record stands: a guest at two places."""
    if isinstance(record, OrgUnit):
        return [record.path]
    return [path for path in (record.org_path, record.guest_path) if path is not None]


def fields_on(ctx: Context, of: str) -> list[ExtraField]:
    """The fields of a kind of record whose plugin is on, plugin by plugin."""
    return [f for f in ctx.plugins.extra_fields.values() if f.of == of and ctx.plugins.active(f.name, ctx.enabled)]


def may_read(ctx: Context, field: ExtraField, record: Record) -> bool:
    permission = field.read or KINDS[field.of].read
    if field.of == ORG_UNIT and not field.read:         # what is told of a unit is known to all staff, as its name is
        return ctx.may(permission) and ctx.takes_part(field.name, places(record)[0])
    return any(ctx.may(permission, path) and ctx.takes_part(field.name, path) for path in places(record))


def may_write(ctx: Context, field: ExtraField, path: str | None = None) -> bool:
    """Whether the actor may fill in the field (at a place); nobody may while its plugin is archived."""
    if ctx.plugins.owner_of(field.name) in ctx.archived or not ctx.may(field.write or KINDS[field.of].write, path):
        return False
    return path is None or ctx.takes_part(field.name, path)


def readable(ctx: Context, record: Record) -> list[ExtraField]:
    """The fields of this record the actor may see."""
    return [f for f in fields_on(ctx, kind_of(record)) if may_read(ctx, f, record)]


def writable(ctx: Context, of: str, record: Record | None = None) -> list[ExtraField]:
    """The fields the actor may fill in: of a record, or of a new one somewhere."""
    path = places(record)[0] if record is not None else None
    return [f for f in fields_on(ctx, of) if may_write(ctx, f, path) and (record is None or may_read(ctx, f, record))]


def words_of(field: ExtraField) -> Mapping[Any, Any]:
    """What a value of a list is called, also one that is no longer offered."""
    if field.kind == YES_NO:
        return YES
    return labels(field.dictionary) if field.dictionary else dict(field.choices or {})


def offered(field: ExtraField) -> list[tuple[Any, Any]]:
    """What may be chosen."""
    return choices(field.dictionary) if field.dictionary else list(words_of(field).items())


def said(field: ExtraField, value: Any) -> str:
    """A value as people read it."""
    if value is None:
        return ""
    if field.kind in (CHOICE, YES_NO):
        return str(words_of(field).get(value, value))
    return value.isoformat() if isinstance(value, dt.date) else str(value)


def heading(ctx: Context, field: ExtraField) -> str:
    """The title of the plugin a field belongs to."""
    owner = ctx.plugins.by_name.get(ctx.plugins.owner_of(field.name))
    return str(owner.manifest.title) if owner else _("已卸载的应用")
