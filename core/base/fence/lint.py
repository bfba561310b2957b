"""Lint over the metadata, for core and for every plugin.

A schema that passes can be walled per tenant on both databases, distributed by tenant on Citus, and moved tenant by
tenant. The rules come from what the databases refused when tried (docs and research/tenancy.md section 8).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import Column, ForeignKeyConstraint, MetaData, Table, UniqueConstraint

from core.base.fence.registry import tenant_column
from core.base.keys import TENANT

LONGEST_TABLE = 50  # bytes; a shard suffix must fit into PostgreSQL's 63
LONGEST_NAME = 55
_PORTABLE = (
    sa.Integer, sa.String, sa.Date, sa.DateTime, sa.Boolean, sa.LargeBinary, sa.JSON, sa.Float, sa.Time,
)  # fmt: skip
# Operators of other types are not LEAKPROOF: under row level security their indexes are dead weight.
_INDEXABLE = (sa.Integer, sa.String, sa.Date, sa.DateTime, sa.Boolean, sa.LargeBinary, sa.Float, sa.Time)


@dataclass(frozen=True, order=True)
class Finding:
    """One broken rule of one table."""

    table: str
    rule: str
    what: str

    def __str__(self) -> str:
        return f"{self.table}: {self.rule}: {self.what}"


def lint(metadata: MetaData) -> list[Finding]:
    """All findings, sorted; empty for a good schema."""
    found = {
        Finding(table.name, check.__name__.strip("_"), what)
        for table in metadata.tables.values()
        for check in _CHECKS
        for what in check(table)
    }
    return sorted(found)


def _is_tenants(table: Table) -> bool:
    """An ordinary tenant table: not the register of tenants, whose own id is the tenant's number."""
    return tenant_column(table) == TENANT


def _names(columns: object) -> list[str]:
    return [c.name for c in columns]  # type: ignore[attr-defined]


def _declared(table: Table) -> Iterator[str]:
    kind = table.info.get("tenancy")
    if tenant_column(table) is None and kind not in ("reference", "platform"):
        yield "no tenant_id, and neither __reference__ nor __platform__"
    if kind in ("reference", "platform") and TENANT in table.c:
        yield f"declared {kind}, but has tenant_id"


def _tenant_column(table: Table) -> Iterator[str]:
    name = tenant_column(table)
    if name is None:
        return
    if name not in table.c:
        yield f"the declared tenant column {name} does not exist"
        return
    column = table.c[name]
    if not isinstance(column.type, sa.BigInteger):
        yield f"{name} is {column.type!r}, must be BigInteger everywhere"
    if column.nullable:
        yield f"{name} may be null"


def _primary_key(table: Table) -> Iterator[str]:
    key = _names(table.primary_key.columns)
    if not key:
        yield "no primary key"
    elif _is_tenants(table) and (key[0] != TENANT or len(key) < 2):
        yield f"primary key {key} must be (tenant_id, …)"
    for column in table.primary_key.columns:
        if column.identity is not None or column.autoincrement is True:
            yield f"{column.name}: ids are made by the application, not by the database"


def _unique(table: Table) -> Iterator[str]:
    if not _is_tenants(table):
        return
    for constraint in table.constraints:
        if isinstance(constraint, UniqueConstraint) and _names(constraint.columns)[:1] != [TENANT]:
            yield f"unique {_names(constraint.columns)} must start with tenant_id"


def _indexes(table: Table) -> Iterator[str]:
    for index in table.indexes:
        if any(not isinstance(expression, Column) for expression in index.expressions):
            yield f"{index.name}: an expression is not portable and not leakproof"
        elif _is_tenants(table) and _names(index.columns)[:1] != [TENANT]:
            yield f"{index.name} must start with tenant_id"
        for column in index.columns:
            if not isinstance(_plain(column), _INDEXABLE):
                yield f"{index.name}: {column.name} {column.type!r} has no leakproof operator"


def _foreign_keys(table: Table) -> Iterator[str]:
    for key in table.foreign_key_constraints:
        pairs = {element.parent.name: element.column.name for element in key.elements}
        target = key.referred_table
        if tenant_column(target) == TENANT:
            if not _is_tenants(table):
                yield f"a shared table refers to the tenant table {target.name}"
            elif list(pairs.items())[0] != (TENANT, TENANT):
                yield f"{list(pairs)} -> {target.name} must begin with tenant_id -> tenant_id"
        yield from _actions(key, list(pairs))
        if not _covered(table, list(pairs)):
            yield f"{list(pairs)} has no index that starts like it"


def _actions(key: ForeignKeyConstraint, columns: list[str]) -> Iterator[str]:
    for action in (key.ondelete, key.onupdate):
        if action and action.upper().startswith(("SET NULL", "SET DEFAULT")):
            yield f"{columns}: {action} would null the tenant (Citus refuses it)"
    if key.onupdate:
        yield f"{columns}: keys are never updated"


def _covered(table: Table, columns: list[str]) -> bool:
    lists = [_names(table.primary_key.columns)]
    lists += [_names(index.columns) for index in table.indexes]
    lists += [_names(u.columns) for u in table.constraints if isinstance(u, UniqueConstraint)]
    return any(have[: len(columns)] == columns for have in lists)


def _plain(column: Column[object]) -> object:
    """The type below a decorator."""
    type_ = column.type
    return type_.impl_instance if isinstance(type_, sa.types.TypeDecorator) else type_


def _types(table: Table) -> Iterator[str]:
    for column in table.c:
        type_ = _plain(column)
        if isinstance(type_, sa.Enum):
            yield f"{column.name}: String and values instead of an enum"
        elif isinstance(type_, sa.Numeric) and not isinstance(type_, sa.Float):
            yield f"{column.name}: whole numbers (money in fen) instead of {type_!r}"
        elif not isinstance(type_, _PORTABLE):
            yield f"{column.name}: {type_!r} is not portable"
        if isinstance(column.type, sa.DateTime):
            yield f"{column.name}: UTCDateTime instead of DateTime"
        if column.server_default is not None or column.computed is not None:
            yield f"{column.name}: defaults are made by the application"


def _places(table: Table) -> Iterator[str]:
    for path in table.info.get("scope_paths", ()):
        if path not in table.c:
            yield f"__scope_paths__ names {path}, which does not exist"
        elif not isinstance(table.c[path].type, sa.String):
            yield f"{path} is no String"
        elif _c_collation(table.c[path]) != "C":
            yield f"{path} must be of type PATH (compared byte by byte on PostgreSQL)"
        elif not _covered(table, [TENANT, path]):
            yield f"{path} has no index (tenant_id, {path})"


def _c_collation(column: Column[object]) -> str | None:
    type_ = column.type.dialect_impl(sa.dialects.postgresql.dialect())  # type: ignore[attr-defined]
    return getattr(type_, "collation", None)


def _storage(table: Table) -> Iterator[str]:
    options = table.dialect_options["sqlite"]
    if not options["strict"] or options["with_rowid"]:
        yield "STRICT and WITHOUT ROWID are missing: `__table_args__ = keys(…)`"


def _lengths(table: Table) -> Iterator[str]:
    if len(table.name) > LONGEST_TABLE:
        yield f"table name longer than {LONGEST_TABLE} bytes"
    named: list[sa.Index | sa.Constraint] = [*table.indexes, *table.constraints]
    for name in (str(item.name or "") for item in named):
        if len(name) > LONGEST_NAME:
            yield f"{name} is longer than {LONGEST_NAME} bytes"


_CHECKS: tuple[Callable[[Table], Iterator[str]], ...] = (
    _declared, _tenant_column, _primary_key, _unique, _indexes, _foreign_keys, _types, _places, _storage, _lengths,
)  # fmt: skip
