"""One database with all layers of the fence on it."""

from __future__ import annotations

import enum
import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, MetaData, create_engine, event, inspect
from sqlalchemy.engine import URL, make_url

from core.base import alive, tally
from core.base import session as sessions
from core.base.config import Config
from core.base.db import Base
from core.base.fence import execution, guard, orm, postgres, wall, walls
from core.base.scope import Scope, system_scope

_current: ContextVar[Database | None] = ContextVar("juheli_database", default=None)


class Layers(enum.Flag):
    """The layers of the fence. Anything but ALL is for the tests that prove each layer is needed."""

    NONE = 0
    FILTER = enum.auto()
    WALL = enum.auto()
    GUARD = enum.auto()
    DATABASE = enum.auto()
    ALL = FILTER | WALL | GUARD | DATABASE


class Database:
    """An engine, its sessions and its walls.

    `url` is a SQLAlchemy URL; `sqlite://` alone makes a temporary file that goes with `dispose`. Further
    options go to `create_engine`. `durable`: what was committed survives a power cut, too (PostgreSQL:
    always). Nothing is global: `use` says which is meant; a new thread has none.
    """

    def __init__(
        self, url: str, *, metadata: MetaData = Base.metadata, layers: Layers = Layers.ALL,
        limits: postgres.Limits = postgres.Limits(), slow_ms: float = tally.SLOW_MS, durable: bool = False, **options: Any
    ) -> None:
        self.metadata = metadata
        self.durable = durable
        self.layers = layers
        self.limits = limits
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        address = make_url(url)
        self.is_sqlite = address.get_backend_name() == "sqlite"
        if self.is_sqlite and not address.database:
            self._folder = tempfile.TemporaryDirectory(prefix="juheli-")
            address = address.set(database=str(Path(self._folder.name, "db.sqlite")))
        options.setdefault("hide_parameters", True)  # values never stand in an error, and so in no log
        options.setdefault("pool_size", 10)
        options.setdefault("max_overflow", 30)
        options.setdefault("pool_recycle", 3600)  # other processes see new statistics within the hour
        if not self.is_sqlite:
            options.setdefault("pool_timeout", 5)
            options.setdefault("connect_args", _to_postgres(address))
        self.engine = create_engine(
            address, json_serializer=lambda value: json.dumps(value, ensure_ascii=False), **options
        )
        self._install()
        tally.install(self.engine, slow_ms)
        self._session_class: type[orm.FilteredSession] = type("ScopeSession", (orm.FilteredSession,), {})
        if Layers.FILTER in layers:
            orm.install_filter(self._session_class)
        if Layers.WALL in layers:
            wall.install_wall(self._session_class)

    def _install(self) -> None:
        if self.is_sqlite:
            event.listen(self.engine, "connect", _sqlite_pragmas)
            if self.durable:
                event.listen(self.engine, "connect", _sqlite_durable)
            event.listen(self.engine, "connect", walls.register_tenant_function)
            event.listen(self.engine, "begin", _sqlite_begin)
        else:
            alive.install(self.engine)
            event.listen(self.engine, "begin", postgres.announcer(self.limits, walled=Layers.DATABASE in self.layers))
        if Layers.GUARD in self.layers:
            guard.install_guard(self.engine, self.metadata)
            execution.install_execution(self.engine)
        if Layers.DATABASE in self.layers and self.is_sqlite:
            walls.install_authorizer(self.engine, self.metadata)

    @classmethod
    def of(cls, config: Config, *, migrating: bool = False) -> Database:
        """The installation's database: as the role that serves, or as the one that owns the tables (`juheli migrate`)."""
        if migrating:
            return cls(config.migrate_url or config.url, durable=True, pool_size=2, max_overflow=2)
        limits = postgres.Limits(statement=config.statement_timeout * 1000, lock=config.lock_timeout * 1000)
        return cls(config.url, limits=limits, slow_ms=config.slow_ms, durable=True, pool_size=config.database_pool,
                   max_overflow=config.database_overflow)

    def open_session(self, scope: Scope) -> sessions.FencedSession:
        """A new session that belongs to `scope` for life; application code asks `session()` instead."""
        return self._session_class(
            self.engine, expire_on_commit=False, close_resets_only=False, info={"scope": scope}
        )

    @contextmanager
    def bind(self) -> Iterator[Database]:
        """Make this the database of the block; a thread or a request starts with it."""
        here, opener = _current.set(self), sessions._opener.set(self.open_session)
        try:
            yield self
        finally:
            sessions._opener.reset(opener)
            _current.reset(here)

    use = bind

    @contextmanager
    def maintenance(self, reason: str, *, writes: bool = True) -> Iterator[Connection]:
        """A connection for schema work: system scope, text SQL allowed. For migrations, checks and tests."""
        mode = sessions.write_mode() if writes else nullcontext()
        with system_scope(reason), mode, self.engine.connect() as plain:
            connection = plain.execution_options(raw_reason=reason)
            with connection.begin():
                yield connection

    def create_all(self) -> None:
        """Create what is missing, walls included (tests and first start; installations migrate)."""
        with self.maintenance("create the schema") as connection:
            self.metadata.create_all(connection)
        self.build_walls()

    def has_tables(self) -> bool:
        """Whether the schema was created already (by `create_all` or by migrations)."""
        with self.maintenance("look for the schema", writes=False) as connection:
            return inspect(connection).has_table("tenancy_tenant")

    def build_walls(self) -> None:
        """Rebuild the walls inside the database; needed after every migration (batch mode drops triggers)."""
        if Layers.DATABASE in self.layers:
            with self.maintenance("rebuild the walls") as connection:
                walls.build(connection, self.metadata)

    def check_walls(self) -> list[str]:
        """What is missing in the walls inside the database, one sentence each; empty when all stand."""
        with self.maintenance("check the walls", writes=False) as connection:
            return walls.check(connection, self.metadata)

    def why_not_serve(self) -> list[str]:
        """Reasons not to serve requests with this database, one sentence each: walls down, or a role they do not hold.

        An empty database has none; SQLite has no roles.
        """
        if not self.has_tables():
            return []
        problems = self.check_walls()
        with self.maintenance("whose are the tables?", writes=False) as connection:
            if not self.is_sqlite and postgres.owns_tables(connection):
                problems.append("the database role owns the tables and could take their walls down: serve as another role "
                                "(juheli db roles) and give this one to JUHELI_MIGRATE_URL")
        return problems

    def refresh_statistics(self) -> None:
        """Let the planner see how the rows lie. SQLite only: without it a lookup reads the whole tenant (100 times slower
        at 200,000 rows, measured on the inbox); PostgreSQL does this by itself. Samples, so it takes milliseconds.
        """
        if self.is_sqlite:
            with self.maintenance("refresh statistics") as connection:
                connection.exec_driver_sql("PRAGMA analysis_limit=1000")
                connection.exec_driver_sql("ANALYZE")
            self.engine.dispose()  # a connection reads the statistics once, when it is opened

    def dispose(self) -> None:
        """Close all connections, and remove a temporary file."""
        self.engine.dispose()
        if self._folder is not None:
            self._folder.cleanup()


def current_database() -> Database:
    """The database in use here. Raises RuntimeError when none is."""
    database = _current.get()
    if database is None:
        raise RuntimeError("no database is in use here: `with database.use():` first")
    return database


def _to_postgres(address: URL) -> dict[str, Any]:
    """How to connect, where the address does not say it: a host that has vanished is given up in seconds, not in the
    minutes of TCP. PgBouncer may give each transaction another server connection, so nothing is prepared on one.
    """
    told = {"application_name": "juheli", "connect_timeout": 3, "keepalives_idle": 30, "keepalives_interval": 5,
            "keepalives_count": 3, "tcp_user_timeout": 40_000}
    return {"prepare_threshold": None, **{name: value for name, value in told.items() if name not in address.query}}


def _sqlite_pragmas(dbapi: Any, record: Any) -> None:
    dbapi.isolation_level = None  # BEGIN is ours: immediate for writers, deferred for readers
    for pragma in ("journal_mode=WAL", "busy_timeout=10000", "foreign_keys=ON", "synchronous=NORMAL"):
        dbapi.execute(f"PRAGMA {pragma}")


def _sqlite_durable(dbapi: Any, record: Any) -> None:
    dbapi.execute("PRAGMA synchronous=FULL")  # NORMAL may roll a commit back on loss of power (sqlite.org/wal.html)


def _sqlite_begin(connection: Connection) -> None:
    walls.begin_sqlite(connection, immediate=sessions.wants_write())
