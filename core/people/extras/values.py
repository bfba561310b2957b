"""Reading and writing the values, in one statement for any number of records."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Select, delete, select
from sqlalchemy.orm.attributes import flag_modified

from core.base.db import add, session
from core.base.i18n import _
from core.contracts.errors import Forbidden, Invalid, PluginArchived
from core.plugin import CHOICE, DATE, NUMBER, ORG_UNIT, PERSON, TEXT, YES_NO, ExtraField
from core.service import Context

from ..models import OrgExtra, PersonExtra
from .known import KINDS, MARK, Record, fields_on, kind_of, may_read, may_write, offered, places

COLUMNS = {TEXT: "text", CHOICE: "text", NUMBER: "number", DATE: "day", YES_NO: "flag"}
TYPES: dict[str, type] = {TEXT: str, CHOICE: str, NUMBER: int, DATE: dt.date, YES_NO: bool}
Values = dict[str, Any]                     # key of a field -> its value
TABLES: dict[str, tuple[Any, Any]] = {PERSON: (PersonExtra, PersonExtra.person_id), ORG_UNIT: (OrgExtra, OrgExtra.org_id)}


def in_force(of: str) -> Select[Any]:
    """The rows that count: those a merge put aside do not."""
    model, _record = TABLES[of]
    return select(model).where(model.was_of == 0) if model is PersonExtra else select(model)


def values_of(of: str, fields: Iterable[ExtraField], ids: Iterable[int]) -> dict[int, Values]:
    """The values of these fields of these records, in one statement; records without any are left out."""
    _model, record = TABLES[of]
    known, wanted = {f.name: f for f in fields}, list(ids)
    found: dict[int, Values] = {}
    if known and wanted:
        for row in session().scalars(in_force(of).where(record.in_(wanted), _model.field.in_(known))):
            field = known[row.field]
            found.setdefault(getattr(row, record.key), {})[field.key] = getattr(row, COLUMNS[field.kind])
    return found


def held(record: Record, fields: Iterable[ExtraField]) -> Values:
    """The values of one record."""
    return values_of(kind_of(record), fields, [record.id]).get(record.id, {})


def filled(row: Any) -> Any:
    """The value of a row whatever the kind of its field is now."""
    return next((value for name in dict.fromkeys(COLUMNS.values()) if (value := getattr(row, name)) is not None), None)


def split(data: Mapping[str, Any]) -> tuple[dict[str, Any], Values]:
    """What a form or a body brought: core's own fields, and those of plugins."""
    return ({name: value for name, value in data.items() if MARK not in name},
            {name: value for name, value in data.items() if MARK in name})


def save(ctx: Context, record: Record, given: Values, *, new: bool = False, back: bool = False) -> dict[str, Any]:
    """Set values by key; None or "" takes one away. Returns {key: [before, after]} of what changed, for the audit.

    The record counts as changed: its version moves. `back`: they stood there before, so a choice need not be offered any
    more. Raises TypeError for a field that is not there, Forbidden without the permissions to write it and (except of a `new`
    record) to read it at the record's place, PluginArchived, Invalid.
    """
    if not given:
        return {}
    of = kind_of(record)
    known = {f.key: f for f in fields_on(ctx, of)}
    if unknown := set(given) - set(known):
        raise TypeError(f"no fields of {of} here: {sorted(unknown)}")
    model, place = TABLES[of]
    rows = {} if new else {row.field: row for row in session().scalars(
        in_force(of).where(place == record.id, model.field.in_([known[key].name for key in given])))}
    changes: dict[str, Any] = {}
    for key, value in given.items():
        field, row, after = known[key], rows.get(known[key].name), None if value == "" else value
        before = getattr(row, COLUMNS[field.kind]) if row is not None else None
        _permit(ctx, field, record, new)                # before comparing: the answer would tell whether a guess was right
        if before == after and (row is None or after is not None):
            continue
        _check(field, after, back)
        changes[key] = ["…", "…"] if of == PERSON or field.sensitive or field.read else [_plain(before), _plain(after)]
        _put(model, place.key, record, field, row, after)
    if changes and not new:
        flag_modified(record, "note")
    return changes


def _permit(ctx: Context, field: ExtraField, record: Record, new: bool) -> None:
    if ctx.plugins.owner_of(field.name) in ctx.archived:
        raise PluginArchived(ctx.plugins.owner_of(field.name))
    if not may_write(ctx, field, places(record)[0]):
        raise Forbidden(field.write or KINDS[field.of].write)
    if not new and not may_read(ctx, field, record):
        raise Forbidden(field.read or KINDS[field.of].read)


def _check(field: ExtraField, value: Any, back: bool) -> None:
    """What the schema of the form checks too: services are called by others as well."""
    if value is None:
        return
    if type(value) is not TYPES[field.kind]:
        raise TypeError(f"{field.name}: {value!r} is no {field.kind}")
    low, high = field.least, field.most
    if field.kind == TEXT and len(value) > field.longest:
        raise Invalid({field.key: [_("最多 %(n)s 个字。", n=field.longest)]})
    if field.kind == NUMBER and ((low is not None and value < low) or (high is not None and value > high)):
        raise Invalid({field.key: [_("超出允许的范围。")]})
    if field.kind == CHOICE and not back and value not in [code for code, _label in offered(field)]:
        raise Invalid({field.key: [_("请从列表中选择")]})


def _put(model: Any, place: str, record: Record, field: ExtraField, row: Any, value: Any) -> None:
    if value is None:
        session().delete(row)
    elif row is None:
        add(model(**{place: record.id, "field": field.name, COLUMNS[field.kind]: value}))
    else:
        for name in COLUMNS.values():                   # one column is filled, also after the field was of another kind
            setattr(row, name, None)
        setattr(row, COLUMNS[field.kind], value)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.date) else value


def give_back(ctx: Context, record: Record, before: Values) -> None:
    """The values as they were before an import (dates as JSON holds them); those of plugins that are off by now stay."""
    known = {f.key: f for f in fields_on(ctx, kind_of(record))}
    save(ctx, record, {key: dt.date.fromisoformat(value) if value and known[key].kind == DATE else value
                       for key, value in before.items() if key in known}, back=True)


def remove_all(record: Record) -> None:
    """Every value of a record that leaves the registry."""
    model, place = TABLES[kind_of(record)]
    session().execute(delete(model).where(place == record.id).execution_options(synchronize_session=False))
