"""The probe over everything that is installed finds nothing, leaves nothing out, and says how much it tried."""

from __future__ import annotations

import pytest

from core.isolation.canaries import COUNTERS, tenant_tables
from core.isolation.run import PARTS, awake, end_session, freshen
from core.plugin.manager import failures

pytestmark = pytest.mark.xdist_group("isolation-probe")  # one pair of shadows for all of them
LEAST = {"below": 600, "asking": 300, "posting": 300, "being": 800}
BLIND = 0.1         # of the addresses with a number, how many may not react to the tenant's own canary


@pytest.mark.parametrize("part", PARTS)
def test_nothing_of_another_tenant_is_met(part, probe, site, figure):
    freshen(probe)
    before, failed = probe.cases.total(), dict(failures)
    PARTS[part](probe, site)
    probe.check(part, "everything")
    awake(probe)
    tried = probe.cases.total() - before
    figure(f"isolation, {part}: {tried} cases, {len(probe.findings)} findings")
    assert [str(finding) for finding in probe.findings] == []
    assert tried >= LEAST[part]
    assert dict(failures) == failed, "a hook that stumbles over the canary shows nothing to probe"


def test_every_table_has_a_canary_in_both_tenants(probe):
    for content, mark in ((probe.before, probe.foreign), (probe.mine, probe.own), (probe.mine, probe.beyond)):
        without = {name for name, rows in content.items() if not any(mark.id in key for key in rows)}
        assert without == COUNTERS & set(content)
    assert {t.name for t in tenant_tables()} == set(probe.mine)


def test_addresses_react_to_the_tenants_own_records(probe, site, figure):
    """A probe that asks where nothing lives finds nothing: most addresses must answer differently for an own record."""
    if not probe.cases["path"]:  # run alone
        PARTS["asking"](probe, site)
    blind = sorted(set(probe.blind))
    figure(f"isolation: {len(blind)} addresses do not react to the made-up record: {'; '.join(blind)}")
    assert [place for place in blind if "no value known" in place] == []
    assert len(blind) < BLIND * probe.cases["path"]


def test_who_was_signed_out_has_proved_nothing(probe):
    """A session that ends during the probe would make every page look well guarded."""
    freshen(probe)
    end_session(probe, probe.own.tenant_id, probe.clerk.token)
    awake(probe)
    found, probe.findings = probe.findings, []
    assert [str(finding) for finding in found] == ["[blind] clerk: was signed out before the end"]
    freshen(probe)
    awake(probe)
    assert probe.findings == []
