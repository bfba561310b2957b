"""Column types that mean the same on SQLite and on PostgreSQL."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles

# A STRICT table of SQLite knows only these storage names (sqlite.org/stricttables.html).
_STRICT: dict[type[sa.types.TypeEngine[Any]], str] = {
    sa.BigInteger: "INTEGER", sa.SmallInteger: "INTEGER", sa.Boolean: "INTEGER",
    sa.String: "TEXT", sa.Text: "TEXT", sa.Unicode: "TEXT", sa.UnicodeText: "TEXT", sa.Enum: "TEXT",
    sa.DateTime: "TEXT", sa.Date: "TEXT", sa.Time: "TEXT", sa.Interval: "TEXT",
    sa.JSON: "TEXT", sa.Uuid: "TEXT", sa.Numeric: "TEXT",
    sa.Float: "REAL", sa.Double: "REAL", sa.LargeBinary: "BLOB",
}  # fmt: skip


def _store_as(sql_type: type[sa.types.TypeEngine[Any]], storage: str) -> None:
    @compiles(sql_type, "sqlite")
    def _name(type_: Any, compiler: Any, **kw: Any) -> str:
        return storage


for _type, _storage in _STRICT.items():
    _store_as(_type, _storage)


class UTCDateTime(sa.types.TypeDecorator[dt.datetime]):
    """A moment: aware going in (any zone), aware UTC coming out. Raises ValueError for a naive one."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a naive datetime has no meaning here: {value!r}")
        return value.astimezone(dt.UTC)

    def process_result_value(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:  # SQLite keeps no zone; what went in was UTC
            return value.replace(tzinfo=dt.UTC)
        return value.astimezone(dt.UTC)


# Opaque storage: whatever is filtered or sorted by becomes a column. None is stored as SQL NULL.
JSON = sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
