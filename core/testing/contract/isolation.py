"""Isolation: the probe of core.isolation over the plugin's addresses, between two tenants that have it on."""

from __future__ import annotations

import pytest

from core.isolation.run import run
from core.isolation.shadows import shadows
from core.plugin.manager import failures

from .stage import Stage, kind_for

FEW, MANY = 40, 400     # pages looked at for names and forms


class Isolation:
    """Foreign numbers in addresses and forms, foreign sessions, a clerk of one subtree, somebody without rights."""

    def test_no_record_of_another_tenant_is_met(self, stage: Stage, request: pytest.FixtureRequest) -> None:
        world, thorough, failed = stage.world, bool(request.config.getoption("--thorough")), dict(failures)
        with shadows(world.app, world.database, world.plugins, kind_for(stage.owner), (stage.name,)) as probe:
            probe.only, probe.thorough = (f"{stage.name}.", f"{stage.name}_api."), thorough
            run(probe, pages=MANY if thorough else FEW)
        assert [str(finding) for finding in probe.findings] == []
        assert dict(failures) == failed, "a hook that stumbles over the canary shows nothing to probe"
        assert probe.cases["no rights"] >= len(stage.rules()) / 2, "the probe met no address of the plugin"
