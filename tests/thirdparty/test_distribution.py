"""A plugin of somebody else, for real: made, built into a wheel, installed, found, migrated, enabled, tried, taken away."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from core.scaffold.making import Plan, make
from tests.thirdparty.environment import Environment

NAME = "riverwatch"
SHORT = "404 or permission or english or sqlite or brings or told"     # some of each; `make contract` runs them all


@pytest.fixture
def place(tmp_path: Path) -> Environment:
    return Environment(tmp_path).make()


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """The tree of the distribution, as `juheli plugin new` makes it."""
    plan = Plan(NAME, "河道巡查", "River watch", "River Office", tmp_path / "source")
    make(plan)
    return plan.made


def test_a_plugin_from_elsewhere_lives_its_life(place, source, request):
    wheel = place.wheel(source)
    installed = place.pip("install", "-q", "--no-deps", str(wheel))
    assert installed.returncode == 0, installed.stderr
    assert f"{NAME}: - -> {NAME}_0001" in place.juheli("migrate").stdout
    made = place.juheli("tenant", "create", "linshu", "--name", "临沭县", "--kind", "county", "--admin", "admin")
    assert made.returncode == 0, made.stderr
    enabled = place.juheli("plugin", "enable", NAME, "--tenant", "linshu")
    assert NAME in enabled.stdout, enabled.stderr
    chosen = [] if request.config.getoption("--thorough") else ["--only", SHORT]
    suite = place.juheli("plugin", "test", NAME, *chosen)
    assert suite.returncode == 0, suite.stdout[-4000:]
    assert int((re.search(r"(\d+) passed", suite.stdout) or [0, 0])[1]) >= 8, suite.stdout[-300:]
    removed = place.pip("uninstall", "-q", "-y", f"juheli-{NAME}")
    assert removed.returncode == 0, removed.stderr
    left = place.juheli("migrate")
    assert f"plugin '{NAME}' is not installed" in left.stdout + left.stderr and "keep data" in left.stdout + left.stderr
