"""One world with two shadow tenants for each module of tests; `--thorough` is `make isolation`."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from core.isolation.probe import Probe
from core.isolation.run import prepare, walk
from core.isolation.shadows import shadows
from core.testing.world import World, build_world


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Without `--thorough` every third planted hole is enough for a commit; `make isolation` plants them all."""
    if config.getoption("--thorough"):
        return
    planted = [item for item in items if item.name.startswith("test_a_planted_hole_is_found")]
    left_out = set(planted) - set(planted[::3])
    items[:] = [item for item in items if item not in left_out]


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory, plugins, request: pytest.FixtureRequest) -> Iterator[World]:
    """A world for the module, on the engine of the run."""
    if request.config.getoption("--engine") == "postgres":
        engine, template = request.getfixturevalue("_postgres")
        made = engine.copy(template, tmp_path_factory.mktemp("probe") / "instance", plugins)
        yield made
        engine.drop(made)
        return
    made = build_world(tmp_path_factory.mktemp("probe"), plugins)
    yield made
    made.database.dispose()


@pytest.fixture(scope="module")
def probe(installation: World, request: pytest.FixtureRequest) -> Iterator[Probe]:
    """Two shadows with every installed plugin on."""
    world = installation
    with shadows(world.app, world.database, world.plugins, "county", tuple(world.plugins.optional)) as made:
        made.thorough = request.config.getoption("--thorough")
        prepare(made)
        yield made


@pytest.fixture(scope="module")
def site(probe: Probe):
    """What the admin of the shadow meets on the way through the pages."""
    return walk(probe)
