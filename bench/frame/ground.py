"""Where a bench stands: an installation on real PostgreSQL, as it is served (a role that owns nothing), or on SQLite."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

import psycopg
from sqlalchemy import make_url

from core.plugin import Plugins
from core.tenancy.lookup import by_id
from core.testing.engines import Postgres
from core.testing.world import World, build_world
from tests import machine
from tests.servers import start_postgres

from .run import cpu_of

STOCK = "JUHELI_BENCH_STOCK"        # folder of the installations that the benches of one run share
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
Fill = Callable[[Ground], None]


def nothing(_ground: Ground) -> None:
    """What stands on a ground that has nothing but the platform."""


@contextmanager
def ground(engine: str = "postgres", fill: Fill = nothing, name: str = "bare") -> Iterator[Ground]:
    """A new installation with what `fill` puts there. Where PostgreSQL's programs are missing it stands on SQLite.

    PostgreSQL answers without parallel workers, so that all CPU of a statement is in processes that are watched.

    In a run of several benches (STOCK) the first that asks for a `name` makes it, and everybody gets a copy; else the server is
    started for this process and goes with it. TEST_DATABASE_URL names one that runs already.
    """
    with tempfile.TemporaryDirectory(prefix="juheli-bench-") as place:
        folder = Path(place)
        if engine == "sqlite" or not (machine.postgres() or "TEST_DATABASE_URL" in os.environ):
            world, address = build_world(folder, everything()), f"sqlite:///{folder}/juheli.db"
            made: AbstractContextManager[Ground] = nullcontext(Ground(world, folder, address, address))
        elif STOCK in os.environ:
            made = _copied(_kept(name, fill) if name != "bare" else _kept(name, nothing), folder)
            fill = fill if name == "bare" else nothing
        else:
            made = _own(folder)
        with made as found:
            try:
                fill(found)
                yield found
            finally:
                found.world.database.dispose()


@contextmanager
def stocked() -> Iterator[dict[str, str]]:
    """The environment of several benches that share one server and the installations on it, for as long as the block runs."""
    if not (machine.postgres() or "TEST_DATABASE_URL" in os.environ):
        yield {}
        return
    server = os.environ.get("TEST_DATABASE_URL") or start_postgres()
    with tempfile.TemporaryDirectory(prefix="juheli-bench-stock-") as folder:
        try:
            yield {STOCK: folder, "TEST_DATABASE_URL": server}
        finally:
            if "TEST_DATABASE_URL" in os.environ:               # the other one goes with this process
                _clear(server, Path(folder))


@contextmanager
def _own(folder: Path) -> Iterator[Ground]:
    """On a server started for this process, or the one that TEST_DATABASE_URL names: tables made by the migrations."""
    postgres = Postgres(os.environ.get("TEST_DATABASE_URL") or start_postgres())
    world = postgres.prepare(folder, everything())
    postgres.superuser(WITHOUT_PARALLEL.format(postgres.database))
    world.database.dispose()
    try:
        yield Ground(world, folder, postgres.url("app"), postgres.url("owner"), postgres.server)
    finally:
        world.database.dispose()
        postgres.close()


@dataclass(frozen=True)
class Kept:
    """An installation that is there to be copied: its folder, its addresses, the numbers of its tenants."""

    folder: str
    url: str
    owner: str
    server: str
    tenants: dict[str, int]


def _kept(name: str, fill: Fill) -> Kept:
    """The installation of that name in the stock of this run; the first to ask fills a copy of the bare one."""
    stock = Path(os.environ[STOCK])
    told, mark = stock / f"{name}.json", secrets.token_hex(3)         # whoever was ended half-way left no note of it
    if told.exists():
        return Kept(**json.loads(told.read_text()))
    folder = stock / mark
    folder.mkdir()
    here = _copy(_kept("bare", nothing), folder, f"stock_{mark}") if name != "bare" else _bare(folder, mark)
    fill(here)
    here.analyze()
    here.world.database.dispose()
    found = Kept(str(folder), here.url, here.owner, here.server, {slug: each.id for slug, each in here.world.tenants.items()})
    told.write_text(json.dumps(asdict(found)))
    return found


def _bare(folder: Path, mark: str) -> Ground:
    postgres = Postgres(os.environ["TEST_DATABASE_URL"], mark=mark)
    world = postgres.prepare(folder, everything())
    postgres.superuser(WITHOUT_PARALLEL.format(postgres.database))
    return Ground(world, folder, postgres.url("app"), postgres.url("owner"), postgres.server)


def _copy(kept: Kept, folder: Path, database: str) -> Ground:
    copy_database(kept.server, kept.url, database)
    shutil.copytree(kept.folder, folder, dirs_exist_ok=True)
    world = build_world(folder, everything(), place_of(kept.url, database))
    with world.database.use():
        for slug, number in kept.tenants.items():
            found = by_id(number)
            assert found
            world.tenants[slug] = found[0]
    return Ground(world, folder, place_of(kept.url, database), place_of(kept.owner, database), kept.server)


@contextmanager
def _copied(kept: Kept, folder: Path) -> Iterator[Ground]:
    here = _copy(kept, folder, f"copy_{secrets.token_hex(4)}")
    try:
        yield here
    finally:
        here.world.database.dispose()
        drop_database(here.server, here.url)


def place_of(url: str, database: str) -> str:
    """The address of another database on the same server."""
    return make_url(url).set(database=database).render_as_string(hide_password=False)


def copy_database(server: str, url: str, database: str) -> None:
    """A copy of the database at `url`, to which nobody may be connected."""
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {database} TEMPLATE {make_url(url).database} STRATEGY file_copy".encode())
        connection.execute(WITHOUT_PARALLEL.format(database).encode())      # settings of a database are not copied


def drop_database(server: str, url: str) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {make_url(url).database} WITH (FORCE)".encode())


def _clear(server: str, stock: Path) -> None:
    kept = [Kept(**json.loads(told.read_text())) for told in stock.glob("*.json")]
    for each in kept:
        drop_database(server, each.url)
    with psycopg.connect(server, autocommit=True) as connection:
        for role in {make_url(url).username for each in kept for url in (each.url, each.owner)}:
            connection.execute(f"DROP ROLE {role}".encode())
