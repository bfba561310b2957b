"""An installation with the small demo, loaded once and copied for each test that wants it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core.base.engine import Database
from core.base.keyring import load_keyring, use_keyring
from core.demo.load import load
from core.plugin import Plugins
from core.tenancy.lookup import by_address
from core.testing.world import World, build_world


def empty_installation(folder: Path) -> Database:
    """The schema and keys, nothing else: no platform, no tenant."""
    folder.mkdir(parents=True, exist_ok=True)
    use_keyring(load_keyring(folder))
    database = Database(f"sqlite:///{folder / 'juheli.db'}")
    database.create_all()
    return database


def world_of(folder: Path, plugins: Plugins, *slugs: str) -> World:
    """The app over an installation that holds these demo tenants."""
    world = build_world(folder, plugins)
    with world.database.use():
        for slug in slugs:
            found = by_address(slug=slug)
            assert found
            world.tenants[slug] = found[0]
    return world


@pytest.fixture(scope="session")
def demo_folder(tmp_path_factory: pytest.TempPathFactory, plugins: Plugins) -> Path:
    folder = tmp_path_factory.mktemp("demo") / "instance"
    database = empty_installation(folder)
    with database.use():
        load("small", lambda _line: None)
    database.dispose()
    return folder


@pytest.fixture(scope="session")
def make_empty() -> Callable[[Path], Database]:
    """Function: the schema and keys of an installation in a folder."""
    return empty_installation


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Database]:
    """An installation in which nothing is yet, in `tmp_path / "instance"`."""
    database = empty_installation(tmp_path / "instance")
    with database.use():
        yield database
    database.dispose()


@pytest.fixture
def open_world(plugins: Plugins) -> Iterator[Callable[..., World]]:
    """Function: the app over the installation in a folder, with these tenants."""
    worlds: list[World] = []

    def opened(folder: Path, *slugs: str) -> World:
        worlds.append(world_of(folder, plugins, *slugs))
        return worlds[-1]

    yield opened
    for world in worlds:
        world.database.dispose()


@pytest.fixture
def demo(demo_folder: Path, tmp_path: Path, plugins: Plugins) -> Iterator[World]:
    """A copy of the installation with `linshu` and `liulitun`."""
    folder = tmp_path / "demo"
    shutil.copytree(demo_folder, folder)
    world = world_of(folder, plugins, "linshu", "liulitun")
    yield world
    world.database.dispose()
