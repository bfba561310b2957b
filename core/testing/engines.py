"""Where the worlds of a test run live: in copies of a SQLite file, or in a PostgreSQL database of this worker.

`--engine=postgres` (or JUHELI_TEST_ENGINE) asks for the second: tables made by the migrations as their owner, used by
a role that owns nothing. The server's superuser address comes from the fixture `pg_server`.
"""

from __future__ import annotations

import shutil
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from core.base.engine import Database
from core.base.fence.roles import role_statements
from core.migrations.upgrade import upgrade
from core.plugin import Plugins

from .world import World, build_world

ENGINES = ("sqlite", "postgres")
LOCK_SECONDS = 20       # what a test left open may hold up the next one for; then it fails and says what it waited for
IN_THE_WAY = ("SELECT format('%s %s since %s: %s', pid, state, state_change::time(0), left(query, 200)) FROM pg_stat_activity "
              "WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL")


class Engine(Protocol):
    """A kind of database that worlds can be copied on."""

    def prepare(self, folder: Path, plugins: Plugins) -> World:
        """The world that is copied, without tenants yet."""

    def keep(self) -> None:
        """The world is ready to be copied."""

    def copy(self, template: Path, folder: Path, plugins: Plugins) -> World:
        """A world of its own in `folder`, equal to the template's."""

    def drop(self, world: World) -> None:
        """Remove what `copy` made outside the folder."""


class Sqlite:
    """One file per world."""

    def prepare(self, folder: Path, plugins: Plugins) -> World:
        return build_world(folder, plugins)

    def keep(self) -> None:
        pass  # the folder is what is copied

    def copy(self, template: Path, folder: Path, plugins: Plugins) -> World:
        shutil.copytree(template, folder)
        return build_world(folder, plugins)

    def drop(self, world: World) -> None:
        world.database.dispose()


@dataclass
class Postgres:
    """One database per worker, put back to what it was for each world: making a database takes 0.3 s, this 0.03 s.

    `server`: libpq address of a superuser.
    """

    server: str
    mark: str = field(default_factory=lambda: uuid.uuid4().hex[:10])
    tables: list[str] = field(default_factory=list)

    @property
    def database(self) -> str:
        return f"juheli_{self.mark}"

    def url(self, role: str) -> str:
        """SQLAlchemy address of the database for `owner` or `app`."""
        place = self.server.rpartition("/")[0].rpartition("@")[2].rpartition("/")[2]
        return f"postgresql+psycopg://juheli_{role}_{self.mark}@{place}/{self.database}"

    def superuser(self, *statements: str, database: str = "") -> list[str]:
        """Run statements as the server's superuser, each in a transaction of its own; the first column of the last.

        Raises psycopg's LockNotAvailable with the transactions that are open, rather than wait for them for ever.
        """
        import psycopg  # late: start-up time of every run on SQLite

        address = f"{self.server.rpartition('/')[0]}/{database or self.database}"
        patience = f"-c lock_timeout={LOCK_SECONDS}s"
        with psycopg.connect(address, autocommit=True, prepare_threshold=None, options=patience) as connection:
            try:
                for statement in statements:
                    done = connection.execute(statement.encode())
                return [row[0] for row in done] if done.description else []
            except psycopg.errors.LockNotAvailable as error:
                for open_one, in connection.execute(IN_THE_WAY):
                    error.add_note(f"open: {open_one}")
                raise

    def prepare(self, folder: Path, plugins: Plugins) -> World:
        self.superuser(f"CREATE DATABASE {self.database} TEMPLATE template0", database="postgres")
        self.superuser(*role_statements(f"juheli_owner_{self.mark}", f"juheli_app_{self.mark}", database=self.database))
        owner = Database(self.url("owner"))
        with owner.use():
            upgrade(owner, plugins)
        owner.dispose()
        return build_world(folder, plugins, self.url("app"))

    def keep(self) -> None:
        """Remember the rows that are there now; `copy` brings them back."""
        self.tables = self.superuser("SELECT relname FROM pg_class WHERE relrowsecurity ORDER BY relname")
        self.superuser("CREATE SCHEMA kept", *(f"CREATE TABLE kept.{name} AS TABLE public.{name}" for name in self.tables))

    def copy(self, template: Path, folder: Path, plugins: Plugins) -> World:
        shutil.copytree(template, folder)
        self.superuser(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
            "AND pid <> pg_backend_pid()",
            "; ".join(["SET session_replication_role = replica", *(f"DELETE FROM {name}" for name in self.tables),
                       *(f"INSERT INTO {name} SELECT * FROM kept.{name}" for name in self.tables)]))
        return build_world(folder, plugins, self.url("app"))

    def drop(self, world: World) -> None:
        world.database.dispose()

    def close(self) -> None:
        """Remove the database and the roles of this worker."""
        roles = [f"DROP ROLE juheli_{role}_{self.mark}" for role in ("owner", "app")]
        self.superuser(f"DROP DATABASE IF EXISTS {self.database} WITH (FORCE)", *roles, database="postgres")
