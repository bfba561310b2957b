"""Keys and references of tenant tables: the tenant leads in every one of them."""

from __future__ import annotations

import hashlib
from typing import Any

from sqlalchemy import BigInteger, Column, ForeignKeyConstraint, Index, MetaData, Table, UniqueConstraint
from sqlalchemy.orm import relationship

TENANT = "tenant_id"
SQLITE: dict[str, Any] = {"sqlite_with_rowid": False, "sqlite_strict": True}
_LONGEST_NAME = 50  # PostgreSQL allows 63 bytes; a Citus shard suffix takes up to 12 of them


def _columns_token(constraint: Any, table: Table) -> str:
    """The columns' names without the tenant's, cut (with a digest) where the whole would grow too long."""
    columns = [c.name for c in constraint.columns]
    joined = "_".join(columns[1:] if len(columns) > 1 and columns[0] == TENANT else columns)
    room = _LONGEST_NAME - len(table.name) - 4
    if len(joined) <= room:
        return joined
    digest = hashlib.sha256(joined.encode()).hexdigest()[:8]
    return f"{joined[: max(room - 9, 1)]}_{digest}"


NAMING: dict[str, Any] = {
    "short": _columns_token,
    "ix": "ix_%(table_name)s_%(short)s",
    "uq": "uq_%(table_name)s_%(short)s",
    "fk": "fk_%(table_name)s_%(short)s",
    "pk": "pk_%(table_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
}


def keys(*args: Any) -> tuple[Any, ...]:
    """`__table_args__` of every table: the given constraints, and STRICT + WITHOUT ROWID on SQLite."""
    return (*args, SQLITE)


def tfk(column: str, table: str, **kw: Any) -> ForeignKeyConstraint:
    """Foreign key (tenant_id, column) -> table (tenant_id, id): no reference leaves the tenant."""
    return ForeignKeyConstraint([TENANT, column], [f"{table}.{TENANT}", f"{table}.id"], **kw)


def _name(target: Any) -> str:
    return target if isinstance(target, str) else target.__name__


def to_one(me: str, column: str, target: Any, **kw: Any) -> Any:
    """Relationship from `me` over `me.column` to the one `target` of the same tenant.

    Only the own column is foreign: the shared tenant_id is compared, never copied.
    """
    there = _name(target)
    join = f"and_(remote({there}.{TENANT}) == {me}.{TENANT}, remote({there}.id) == foreign({me}.{column}))"
    return relationship(target, primaryjoin=join, **kw)


def to_many(me: str, target: Any, column: str, **kw: Any) -> Any:
    """Relationship from `me` to all `target` rows of the same tenant whose `column` names it."""
    there = _name(target)
    join = f"and_({me}.{TENANT} == remote({there}.{TENANT}), {me}.id == remote(foreign({there}.{column})))"
    return relationship(target, primaryjoin=join, **kw)


def assoc(name: str, metadata: MetaData, left: tuple[str, str], right: tuple[str, str]) -> Table:
    """Association table of two tenant tables; `left` and `right` are (column, table name)."""
    return Table(
        name,
        metadata,
        Column(TENANT, BigInteger, primary_key=True, autoincrement=False),
        Column(left[0], BigInteger, primary_key=True, autoincrement=False),
        Column(right[0], BigInteger, primary_key=True, autoincrement=False),
        tfk(*left, ondelete="CASCADE"),
        tfk(*right, ondelete="CASCADE"),
        Index(None, TENANT, right[0]),
        **SQLITE,
    )


def _prefixes(table: Table) -> list[list[str]]:
    """Column lists of everything on the table that works as an index."""
    lists = [[c.name for c in table.primary_key.columns]]
    lists += [[c.name for c in index.columns] for index in table.indexes]
    lists += [[c.name for c in u.columns] for u in table.constraints if isinstance(u, UniqueConstraint)]
    return lists


def add_missing_indexes(table: Table, paths: tuple[str, ...] = ()) -> None:
    """Give every foreign key and every organisation path of a tenant table an index that starts like it."""
    wanted = [[c.name for c in fk.columns] for fk in table.foreign_key_constraints]
    wanted += [[TENANT, path] for path in paths if path in table.c]
    for columns in wanted:
        if columns[0] == TENANT and not any(have[: len(columns)] == columns for have in _prefixes(table)):
            Index(None, *(table.c[name] for name in columns))
