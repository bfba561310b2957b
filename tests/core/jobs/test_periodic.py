"""Periodic work: once per slot and tenant, at night, spread over the tenants."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from core.base import clock
from core.base.scope import PLATFORM
from core.jobs.periodic import Ticker, slot_of, start_of
from core.jobs.queue import DAILY, HOURLY, TASKS, Task, job

from .conftest import Desk

NOON = dt.datetime(2026, 11, 23, 4, 30, tzinfo=dt.UTC)  # 12:30 in China


@pytest.fixture
def periodic(desk: Desk) -> Desk:
    TASKS.clear()

    @job("tenancy.daily", every=DAILY)
    def daily(ctx: Any, running: Any) -> None:
        desk.seen.append((ctx.tenant.id, {}))

    @job("tenancy.upkeep", every=HOURLY, platform_only=True)
    def upkeep(ctx: Any, running: Any) -> None:
        desk.seen.append((ctx.tenant.id, {"upkeep": True}))

    return desk


def test_one_row_per_slot_however_many_tick(periodic: Desk) -> None:
    tickers = [Ticker(periodic.world.database, periodic.runner.ticker.tenants) for _ in range(3)]
    with clock.at(NOON):
        assert [ticker.tick() for ticker in (*tickers, *tickers)] == [4, 0, 0, 0, 0, 0]
        periodic.world.run_jobs()
    ids = [tenant.id for tenant in periodic.world.tenants.values()]
    assert sorted(tenant for tenant, payload in periodic.seen if not payload) == sorted(ids)
    assert [tenant for tenant, payload in periodic.seen if payload] == [PLATFORM]
    with clock.at(NOON + dt.timedelta(days=1)):
        assert tickers[0].tick() == 4


def test_a_tenant_opened_meanwhile_joins_within_the_slot(periodic: Desk) -> None:
    ticker = periodic.runner.ticker
    with clock.at(NOON):
        ticker.tick()
        periodic.world.open_tenant("north")
        assert ticker.tick() == 0, "what is known to be there is not asked again each half minute"
    with clock.at(NOON + dt.timedelta(minutes=11)):
        assert ticker.tick() == 1


def test_days_begin_at_one_in_the_morning_in_china_and_tenants_start_one_after_the_other() -> None:
    daily = Task("x.daily", print, every=DAILY)
    number, begins = slot_of(daily, NOON)
    assert begins == dt.datetime(2026, 11, 22, 17, tzinfo=dt.UTC)
    assert slot_of(daily, begins - dt.timedelta(seconds=1))[0] == number - 1
    starts = {start_of(daily, tenant, begins) for tenant in range(3000)}
    assert begins <= min(starts) < max(starts) < begins + dt.timedelta(hours=1) and len(starts) == 256
