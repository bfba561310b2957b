"""The world of core.testing with one more module: a roster of members."""

from __future__ import annotations

import pytest

from core.plugin.manager import CORE_MODULES, Plugins
from tests.core.imports.desk import Desk, add_units
from tests.core.imports.members import IMPORT, Trial


@pytest.fixture(scope="session")
def plugins():
    known = Plugins.discover(group="nothing installed", core=CORE_MODULES)
    return Plugins([*known.by_name.values(), Trial()])


@pytest.fixture
def desk(world):
    """A secretary's browser at east, and the branches of the ugly roster."""
    with world.inside("east"):
        add_units()
    world.add_user("east", "secretary", IMPORT)
    return Desk(world, world.browser("east", "secretary"))
