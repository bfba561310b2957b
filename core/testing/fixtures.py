"""Fixtures: `world` (an installation of its own per test), `east` and `west` (two tenants in it)."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.plugin import Plugins
from core.plugin.manager import installed
from core.service import TenantInfo
from core.tenancy.lookup import by_address

from .world import World, build_world


@pytest.fixture(scope="session")
def plugins() -> Plugins:
    """All installed modules."""
    return installed()


@pytest.fixture(scope="session")
def _template_folder(tmp_path_factory: pytest.TempPathFactory, plugins: Plugins) -> Path:
    """An installation with the platform and the tenants east and west, made once and copied for each test."""
    folder = tmp_path_factory.mktemp("installation")
    world = build_world(folder, plugins)
    world.open_tenant("east", "East County", "county")
    world.open_tenant("west", "West Street", "street")
    world.database.dispose()
    return folder


@pytest.fixture
def world(_template_folder: Path, tmp_path: Path, plugins: Plugins) -> Iterator[World]:
    """A fresh installation: platform, county `east` and street `west` (admin of each: `admin`), on SQLite."""
    folder = tmp_path / "instance"
    shutil.copytree(_template_folder, folder)
    made = build_world(folder, plugins)
    with made.database.use():
        for slug in ("east", "west"):
            found = by_address(slug=slug)
            assert found
            made.tenants[slug] = found[0]
    yield made
    made.database.dispose()


@pytest.fixture
def east(world: World) -> TenantInfo:
    return world.tenants["east"]


@pytest.fixture
def west(world: World) -> TenantInfo:
    return world.tenants["west"]
