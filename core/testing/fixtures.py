"""Fixtures: `world` (an installation of its own per test), `east` and `west` (two tenants in it).

`--engine=postgres` runs all of them on PostgreSQL; a test of something that only SQLite has, or only PostgreSQL, asks
for `sqlite_world` or `pg_world` instead and runs there always.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest

from core.plugin import Plugins
from core.plugin.manager import install, installed
from core.service import TenantInfo
from core.tenancy.lookup import by_address

from .engines import ENGINES, Engine, Postgres, Sqlite
from .world import World

pytest_plugins = ("core.testing.contract.stage", "core.testing.garbage")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--engine", choices=ENGINES, default=os.environ.get("JUHELI_TEST_ENGINE", "sqlite"),
                     help="database of the world fixture")
    parser.addoption("--thorough", action="store_true", help="also what takes long: more probes, contracts in full")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "xdist_group(name): tests that share something costly stay on one worker")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What a contract leaves to `--thorough`, and what a module names in `ONLY_THOROUGH`, waits for it."""
    if not config.getoption("--thorough"):
        items[:] = [item for item in items if item.name not in getattr(getattr(item, "cls", None), "long", ())
                    and item.name not in getattr(getattr(item, "module", None), "ONLY_THOROUGH", ())]


@cache
def everything() -> Plugins:
    """All installed modules, whatever a test has made of the process's set."""
    return Plugins.discover()


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """Each folder of tests begins with all installed modules: worlds of the one before may have left fewer."""
    if nextitem is not None and nextitem.path.parent != item.path.parent:
        install(everything())


@pytest.fixture(scope="session")
def _everything() -> Plugins:
    return everything()


@pytest.fixture(scope="session")
def plugins(_everything: Plugins) -> Plugins:
    """The modules the world is served with; a folder of tests may have its own."""
    return _everything


def _filled(engine: Engine, folder: Path, plugins: Plugins) -> Path:
    """Make the world that is copied for each test: the platform and the tenants east and west."""
    world = engine.prepare(folder, plugins)
    world.open_tenant("east", "East County", "county")
    world.open_tenant("west", "West Street", "street")
    world.database.dispose()
    engine.keep()
    return folder


@contextmanager
def copied(engine: Engine, template: Path, folder: Path, plugins: Plugins) -> Iterator[World]:
    before = installed()
    made = engine.copy(template, folder, plugins)
    with made.database.use():
        for slug in ("east", "west"):
            found = by_address(slug=slug)
            assert found
            made.tenants[slug] = found[0]
    try:
        yield made
    finally:
        engine.drop(made)
        install(before)


@pytest.fixture(scope="session")
def _sqlite(tmp_path_factory: pytest.TempPathFactory, _everything: Plugins) -> tuple[Engine, Path]:
    engine = Sqlite()
    return engine, _filled(engine, tmp_path_factory.mktemp("installation"), _everything)


@pytest.fixture(scope="session")
def _postgres(pg_server: str, tmp_path_factory: pytest.TempPathFactory, _everything: Plugins) -> Iterator[tuple[Engine, Path]]:
    engine = Postgres(pg_server)
    yield engine, _filled(engine, tmp_path_factory.mktemp("installation"), _everything)
    engine.close()


@pytest.fixture
def sqlite_world(_sqlite: tuple[Engine, Path], tmp_path: Path, plugins: Plugins) -> Iterator[World]:
    """A fresh installation on SQLite."""
    with copied(*_sqlite, tmp_path / "instance", plugins) as made:
        yield made


@pytest.fixture
def pg_world(_postgres: tuple[Engine, Path], tmp_path: Path, plugins: Plugins) -> Iterator[World]:
    """A fresh installation on PostgreSQL: tables by migrations, served by a role that owns nothing."""
    with copied(*_postgres, tmp_path / "instance", plugins) as made:
        yield made


@pytest.fixture
def world(request: pytest.FixtureRequest) -> World:
    """A fresh installation: platform, county `east` and street `west` (admin of each: `admin`)."""
    name = "pg_world" if request.config.getoption("--engine") == "postgres" else "sqlite_world"
    return request.getfixturevalue(name)


@pytest.fixture
def east(world: World) -> TenantInfo:
    return world.tenants["east"]


@pytest.fixture
def west(world: World) -> TenantInfo:
    return world.tenants["west"]
