"""A world whose installed modules include tests.dummy."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.plugin import Owner, Plugins
from core.plugin.manager import install, installed, using
from core.testing.world import World, build_world
from tests import dummy
from tests.dummy import hooks


@pytest.fixture
def world(tmp_path: Path, _everything: Plugins) -> Iterator[World]:
    before = installed()                    # whatever the test before has left there
    plugins = Plugins([*_everything.by_name.values(), Owner(dummy.plugin, "tests.dummy")])
    hooks.trouble["kind"] = ""
    hooks.calls.clear()
    with using(plugins):
        made = build_world(tmp_path / "instance", plugins)
        for slug in ("east", "west"):
            made.open_tenant(slug, plugins=())
        yield made
    made.database.dispose()
    install(before)
