"""Hosts whose clocks differ: leases are told in the database's time, nobody is signed out, rows keep their order."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from sqlalchemy import select

from core.audit.log import verify
from core.audit.models import AuditEntry
from core.base import clock
from core.base.session import session
from core.jobs.models import DONE, RUNNING
from core.jobs.runner import Runner
from core.people.services.orgs import create_org
from core.testing.world import World

from .conftest import Desk, tasks_for

SKEWS = [dt.timedelta(seconds=s) for s in (-90, 90)] + [dt.timedelta(days=d) for d in (-10, 10)]


@pytest.fixture
def hosts(pg_world: World) -> Iterator[Desk]:
    yield from tasks_for(Desk(pg_world))


def host(desk: Desk, skew: dt.timedelta) -> Runner:
    """The runner of a host whose clock is wrong by so much, after its ticker has asked the database for the time."""
    made = Runner(desk.world.database, desk.runner.make_context, list)
    with clock.at(clock.now() + skew):
        made.clock.measure()
    return made


@pytest.mark.parametrize("skew", SKEWS, ids=lambda skew: f"{skew.total_seconds():.0f} s")
def test_a_host_with_a_wrong_clock_takes_no_job_that_another_has_and_keeps_its_own(hosts: Desk, skew: dt.timedelta) -> None:
    right, wrong = host(hosts, dt.timedelta()), host(hosts, skew)
    first = hosts.put("east", "tenancy.note")
    mine = right.claim("right")
    with clock.at(clock.now() + skew):
        assert wrong.claim("wrong") is None, "the lease of the other one holds"
    mine.done({})
    second = hosts.put("east", "tenancy.note", run_at=clock.now() - 20 * abs(skew))
    with clock.at(clock.now() + skew):
        its = wrong.claim("wrong")
        assert its is not None
    assert right.claim("right") is None and hosts.look("east", second).status == RUNNING
    right.clock.ahead += dt.timedelta(seconds=61)
    assert right.claim("right") is not None, "and ends a minute later in everybody's time"
    assert hosts.look("east", first).status == DONE


def test_nobody_is_signed_out_and_the_chain_keeps_its_order(pg_world: World) -> None:
    person, now = pg_world.browser("east"), clock.now()
    for n, seconds in enumerate((0, -90, 90, -30, 0)):
        with clock.at(now + dt.timedelta(seconds=seconds)):
            assert person.get("/people/").status_code == 200, f"signed in at a host that is {seconds} s off"
            with pg_world.inside("east") as ctx:
                create_org(ctx, name=f"第{n}支部委员会", short_name=f"第{n}支部", kind="branch")
    with pg_world.inside("east"):
        entries = session().scalars(select(AuditEntry).where(AuditEntry.kind == "org_unit")
                                    .order_by(AuditEntry.seq)).all()
        assert verify().bad_seq is None and [entry.subject_name for entry in entries][-5:] == [f"第{n}支部" for n in range(5)]
