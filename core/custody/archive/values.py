"""How the values of a row are written in an archive: the same text on every database, so that hashes can be compared."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import json
from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Date, Integer, LargeBinary, String

from core.base.types import UTCDateTime


class Unfit(ValueError):
    """A value that no column of this kind can hold; the message names the column."""


def encoded(value: Any) -> Any:
    """A value as JSON has it: moments and days in ISO 8601 (UTC), bytes in base64."""
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat()
    if isinstance(value, dt.date):
        return value.isoformat()
    return base64.b64encode(value).decode() if isinstance(value, bytes | memoryview) else value


def decoded(value: Any, column: Column[Any], *, sized: bool = False) -> Any:
    """The value of a column from its JSON. Raises Unfit. `sized`: also for what is larger than the column was declared,
    which PostgreSQL refuses and SQLite has always taken."""
    if value is None:
        if not column.nullable:
            raise Unfit(f"{column.name} is empty")
        return None
    try:
        if sized:
            _fits(value, column.type)
        return _read(value, column.type)
    except (TypeError, ValueError, binascii.Error) as error:
        raise Unfit(f"{column.name} holds {str(value)[:40]!r}") from error


def _fits(value: Any, kind: Any) -> None:
    if isinstance(kind, String) and kind.length and len(value) > kind.length:
        raise ValueError(value)
    if isinstance(kind, Integer) and not isinstance(kind, BigInteger) and abs(value) >= 2**31:
        raise ValueError(value)


def _read(value: Any, kind: Any) -> Any:
    if isinstance(kind, UTCDateTime):
        moment = dt.datetime.fromisoformat(value)
        if moment.tzinfo is None:
            raise ValueError(value)
        return moment
    if isinstance(kind, Date):
        return dt.date.fromisoformat(value)
    if isinstance(kind, LargeBinary):
        return base64.b64decode(value, validate=True)
    if isinstance(kind, Boolean) and not isinstance(value, bool):
        raise TypeError(value)
    if isinstance(kind, Integer) and (isinstance(value, bool) or not isinstance(value, int) or abs(value) >= 2**63):
        raise TypeError(value)
    if isinstance(kind, String) and (not isinstance(value, str) or "\x00" in value):
        raise TypeError(value)
    return value


def line(row: dict[str, Any]) -> bytes:
    """One row as canonical JSON with a line end."""
    return json.dumps(row, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
