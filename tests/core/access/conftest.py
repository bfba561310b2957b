from __future__ import annotations

import pytest

from core.testing.world import World

from .units import Units, build_units


@pytest.fixture
def units(world: World) -> Units:
    """County, north (with pine) and south in east, and a person in each."""
    return build_units(world)
