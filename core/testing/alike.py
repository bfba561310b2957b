"""Worlds of one test process compile each statement once: what they are compiled for is alike.

SQLAlchemy keeps compiled statements per dialect object, and every world has an engine and so a dialect of its own; a
quarter of a test's time went into compiling what the test before it had compiled. The dialects registered here equal each
other once `share` was called on their databases. The guard's verdict is compiled along: only databases with the whole fence on
may share; one that a test makes with layers missing stays alone.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.util import LRUCache

from core.base.engine import Database

MOST = 1000                                         # statements kept per kind of database

_compiled: dict[str, tuple[object, LRUCache[Any, Any]]] = {}


class _Alike:
    """Mixed in before a dialect: equal to those that were given the same token."""

    token: object = None

    def __eq__(self, other: object) -> bool:
        return self is other or (self.token is not None and self.token is getattr(other, "token", None))

    def __hash__(self) -> int:
        return id(self if self.token is None else self.token)


class AlikeSqlite(_Alike, SQLiteDialect_pysqlite):
    """SQLite as ever."""

    supports_statement_cache = True


class AlikePostgres(_Alike, PGDialect_psycopg):
    """PostgreSQL through psycopg as ever."""

    supports_statement_cache = True


for name in ("sqlite", "sqlite.pysqlite"):
    registry.register(name, __name__, AlikeSqlite.__name__)
registry.register("postgresql.psycopg", __name__, AlikePostgres.__name__)


def share(database: Database) -> Database:
    """Let a database with the whole fence on use what other such databases of this process have compiled."""
    dialect: Any = database.engine.dialect
    dialect.token, cache = _compiled.setdefault(dialect.name, (object(), LRUCache(MOST)))
    database.engine.update_execution_options(compiled_cache=cache)
    return database
