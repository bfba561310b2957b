"""A few rows in every table of a tenant, made from the metadata: whatever a plugin adds is tried without being named."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Date, Integer, LargeBinary, Table, insert

from core.base.db import JSON, UTCDateTime, new_ids
from core.base.scope import current_scope
from core.base.session import begin_write, session
from core.custody.archive.tables import Travelling
from core.files import storage

EACH = 3
CONTENTS = (b"minutes" * 1000, "照片".encode(), b"")
WRITTEN_BY_SERVICES = ("audit_entry", "audit_head")


def fill(tables: list[Travelling]) -> None:
    """Three rows per table for the tenant in scope: odd values, empty cells, references forward into the own table."""
    ids: dict[str, list[int]] = {}
    begin_write()
    for each in tables:
        if each.name in WRITTEN_BY_SERVICES:
            continue
        ids[each.name] = new_ids(EACH)
        made = [row(each.table, number, ids) for number in range(EACH)]
        if each.name == "files_file":
            made = [each_row | stored(content) for each_row, content in zip(made, CONTENTS, strict=True)]
        last_first = sorted(made, key=lambda values: all(values[name] is None for name in each.late), reverse=True)
        session().execute(insert(each.table), last_first)
    session().commit()


def stored(content: bytes) -> dict[str, Any]:
    """A file that is really there."""
    file = storage.store(lambda path: path.write_bytes(content))
    return {"key": file.key, "size": file.size, "sha256": file.sha256}


def row(table: Table, number: int, ids: dict[str, list[int]]) -> dict[str, Any]:
    """The number-th row; the first has every cell empty that may be, and refers forward to the last one."""
    refers = {column.name: key.referred_table.name for key in table.foreign_key_constraints
              for column in key.columns if column.name != "tenant_id"}
    made: dict[str, Any] = {"tenant_id": current_scope().tenant_id}
    for column in table.columns:
        if column.name == "tenant_id":
            continue
        if column.name in refers:
            own = refers[column.name] == table.name
            made[column.name] = (ids[table.name][-1] if number == 0 else None) if own else ids[refers[column.name]][number]
        elif column.name == "id":
            made["id"] = ids[table.name][number]
        elif column.nullable and number == 0:
            made[column.name] = None
        else:
            made[column.name] = value(column, number, ids[table.name][number])
    return made


def value(column: Column[Any], number: int, unique: int) -> Any:
    kind = column.type
    if isinstance(kind, UTCDateTime):
        return dt.datetime(2026, 2, 28, 23, 59, 59, (0, 1, 999_999)[number], tzinfo=dt.UTC)
    if isinstance(kind, Date):
        return dt.date(1949, 10, 1 + number)
    if isinstance(kind, LargeBinary):
        return bytes(range(256)) * (1 + number)
    if isinstance(kind, Boolean):
        return bool(number % 2)
    if isinstance(kind, Integer):
        return (unique if isinstance(kind, BigInteger) else unique % 2**31) if number else -(unique % 1000)
    if isinstance(kind, type(JSON)):
        return {"b": [1, None, 2.5, "值\u2028\"\\"], "a": {"深": True}, "n": number}
    text = f"{unique % 10**9}{number} 张·𠮷\t'\"\\;--"
    return text[: getattr(kind, "length", None) or len(text)]
