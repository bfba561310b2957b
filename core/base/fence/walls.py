"""Layer 5: the walls inside the database, for whatever reaches it past the engine.

SQLite, here: triggers refuse foreign writes, the authorizer refuses to prepare statements nobody approved.
PostgreSQL (postgres.py): forced row level security, told the tenant at every BEGIN.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from sqlalchemy import DDL, Connection, MetaData, event, inspect, text
from sqlalchemy.engine import Engine
from sqlalchemy.exc import OperationalError

from core.base.fence import postgres
from core.base.fence.registry import Registry
from core.base.scope import current_frame

_GUARDED_ACTS = frozenset(
    {sqlite3.SQLITE_READ, sqlite3.SQLITE_UPDATE, sqlite3.SQLITE_INSERT, sqlite3.SQLITE_DELETE}
)
_NOBODY = -1
_APPROVED = "juheli_approved"


def build(connection: Connection, metadata: MetaData) -> None:
    """(Re)build the walls of every table of the metadata that exists."""
    existing = set(inspect(connection).get_table_names())
    registry = Registry(metadata).refresh()
    rules: Callable[[str, Registry], Iterator[str]] = _sqlite_rules
    if connection.dialect.name != "sqlite":
        rules = partial(postgres.rules, once=postgres.takes_subqueries(connection))
    for name in sorted(registry.known & existing):
        for statement in rules(name, registry):
            connection.execute(DDL(statement.replace("%", "%%")))


def check(connection: Connection, metadata: MetaData) -> list[str]:
    """Which walls are missing, or do not bind the role that is connected."""
    existing = set(inspect(connection).get_table_names())
    registry = Registry(metadata).refresh()
    if connection.dialect.name == "sqlite":
        have = set(connection.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")))
        wanted = {name: set(_triggers(name)) for name in registry.known & existing}
        return [f"{name}: trigger missing" for name in sorted(wanted) if not wanted[name] <= have]
    return postgres.check(connection, registry.known & existing)


# ---------------------------------------------------------------------- SQLite
def _triggers(table: str) -> dict[str, str]:
    return {f"wall_{act.lower()}_{table}": act for act in ("INSERT", "UPDATE", "DELETE")}


def _sqlite_rules(table: str, registry: Registry) -> Iterator[str]:
    column = registry.tenant.get(table)
    for trigger, act in _triggers(table).items():
        if column is None:
            foreign = "app_tenant() <> 0"
        else:
            sides = {"INSERT": ["NEW"], "UPDATE": ["OLD", "NEW"], "DELETE": ["OLD"]}[act]
            foreign = " OR ".join(f'{side}."{column}" IS NOT app_tenant()' for side in sides)
        yield f'DROP TRIGGER IF EXISTS "{trigger}"'
        yield (
            f'CREATE TRIGGER "{trigger}" BEFORE {act} ON "{table}" '
            f"WHEN app_tenant() IS NOT NULL AND ({foreign}) "
            f"BEGIN SELECT RAISE(ABORT, 'tenant wall: {act} {table}'); END"
        )


def _app_tenant() -> int | None:
    frame = current_frame()
    return _NOBODY if frame is None else frame.scope.tenant_id


def begin_sqlite(connection: Connection, *, immediate: bool) -> None:
    """Open the transaction; an immediate one takes the write lock at once.

    Raises sqlalchemy's OperationalError when another writer held the lock for longer than busy_timeout.
    """
    begin = "BEGIN IMMEDIATE" if immediate else "BEGIN"
    try:
        connection.connection.driver_connection.execute(begin)  # type: ignore[union-attr]
    except sqlite3.OperationalError as error:
        raise OperationalError(begin, None, error) from error


def register_tenant_function(dbapi: Any, record: Any) -> None:
    """The function the triggers ask; a tool that has none cannot write at all."""
    dbapi.create_function("app_tenant", 0, _app_tenant)


def install_authorizer(engine: Engine, metadata: MetaData) -> None:
    """Let guarded tables be prepared only while the engine runs a statement; after the execution guard."""
    registry = Registry(metadata)

    @event.listens_for(engine, "connect")
    def _connect(dbapi: Any, record: Any) -> None:
        record.info[_APPROVED] = False

        def authorize(act: int, table: Any, column: Any, database: Any, source: Any) -> int:
            if act not in _GUARDED_ACTS or record.info.get(_APPROVED):
                return sqlite3.SQLITE_OK
            known = registry.refresh()
            guarded = table in known.tenant or table in known.platform
            return sqlite3.SQLITE_DENY if guarded else sqlite3.SQLITE_OK

        dbapi.set_authorizer(authorize)

    def _approve(conn: Connection, *rest: Any) -> None:
        conn.connection._connection_record.info[_APPROVED] = True  # type: ignore[union-attr]

    def _close(conn: Connection, *rest: Any) -> None:
        conn.connection._connection_record.info[_APPROVED] = False  # type: ignore[union-attr]

    event.listen(engine, "before_cursor_execute", _approve)
    event.listen(engine, "after_cursor_execute", _close)

    @event.listens_for(engine, "checkin")
    def _returned(dbapi: Any, record: Any) -> None:
        record.info[_APPROVED] = False  # also after an interrupt, which tells nobody

    @event.listens_for(engine, "handle_error")
    def _failed(context: Any) -> None:
        if context.connection is not None and not context.connection.invalidated:
            _close(context.connection)
