"""Where a bench stands: an installation on real PostgreSQL, as it is served (a role that owns nothing), or on SQLite."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import psycopg
from sqlalchemy import make_url

from core.plugin import Plugins
from core.testing.engines import Postgres
from core.testing.world import World, build_world
from tests import machine
from tests.servers import start_postgres

from .run import cpu_of

# From the next connection on. A parallel worker is a process that has ended before anybody asks for its CPU.
WITHOUT_PARALLEL = "ALTER DATABASE {} SET max_parallel_workers_per_gather = 0"


@dataclass
class Ground:
    """An installation for a bench. `url`: its database as SQLAlchemy's address; `owner`: that of the tables' owner."""

    world: World
    folder: Path
    url: str
    owner: str
    server: str = ""            # libpq address of the superuser; "" on SQLite

    @property
    def engine(self) -> str:
        return "PostgreSQL" if self.server else "SQLite"

    def libpq(self, url: str = "") -> str:
        """An address of the database as psycopg wants it."""
        return (url or self.url).replace("+psycopg", "")

    @property
    def bypass(self) -> str:
        """libpq address of the database for a role that row level security does not hold (PostgreSQL's superuser)."""
        return f"{self.server.rpartition('/')[0]}/{make_url(self.url).database}"

    @property
    def bypass_url(self) -> str:
        """The same for SQLAlchemy; SQLite has no roles."""
        return self.bypass.replace("postgresql://", "postgresql+psycopg://", 1) if self.server else self.url

    def superuser(self, statement: str) -> None:
        """Change something past the app, as nothing in the product may."""
        if self.server:
            with psycopg.connect(self.bypass, autocommit=True) as connection:
                connection.execute(statement.encode())
        else:
            with self.world.database.maintenance("bench") as connection:
                connection.exec_driver_sql(statement)

    def analyze(self) -> None:
        """Let the planner see how the rows lie."""
        if self.server:
            with psycopg.connect(self.libpq(self.owner), autocommit=True) as connection:
                connection.execute("VACUUM ANALYZE")
        else:
            self.world.database.refresh_statistics()

    def elsewhere(self) -> Callable[[], float]:
        """CPU seconds of the server processes connected now, for `Run.turns`: ask after every contestant was called.

        A statement runs in them alone: `ground` and those that make more databases set WITHOUT_PARALLEL.
        """
        if not self.server:
            return lambda: 0.0
        with psycopg.connect(self.server, autocommit=True) as connection:
            asked = "SELECT pid FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()"
            processes = [row[0] for row in connection.execute(asked, (make_url(self.url).database,))]
        return cpu_of(lambda: processes)


everything = cache(Plugins.discover)    # finding and checking all modules takes a second


@contextmanager
def ground(engine: str = "postgres", plugins: Plugins | None = None) -> Iterator[Ground]:
    """A new installation with nothing but the platform. Where PostgreSQL's programs are missing it stands on SQLite.

    PostgreSQL answers without parallel workers, so that all CPU of a statement is in processes that are watched.

    The server is started for this process and goes with it; TEST_DATABASE_URL names one that runs already.
    """
    chosen = plugins or everything()
    with tempfile.TemporaryDirectory(prefix="juheli-bench-") as name:
        folder = Path(name)
        if engine == "sqlite" or not (machine.postgres() or "TEST_DATABASE_URL" in os.environ):
            world, address = build_world(folder, chosen), f"sqlite:///{folder}/juheli.db"
            try:
                yield Ground(world, folder, address, address)
            finally:
                world.database.dispose()
            return
        postgres = Postgres(os.environ.get("TEST_DATABASE_URL") or start_postgres())
        world = postgres.prepare(folder, chosen)
        postgres.superuser(WITHOUT_PARALLEL.format(postgres.database))
        world.database.dispose()
        try:
            yield Ground(world, folder, postgres.url("app"), postgres.url("owner"), postgres.server)
        finally:
            world.database.dispose()
            postgres.close()
