"""Jobs run in their tenant, retry, give up visibly, survive a dead worker and never run twice for one slot."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select, update

from core.base import clock
from core.base.scope import current_scope
from core.base.session import begin_write, session
from core.jobs.models import DONE, FAILED, QUEUED, RUNNING, Job
from core.jobs.queue import DAILY, TASKS, Task, enqueue, job
from core.testing.world import World

seen: list[tuple[int | None, dict[str, Any]]] = []


@pytest.fixture(autouse=True)
def tasks() -> Iterator[None]:
    known = dict(TASKS)
    seen.clear()

    @job("tenancy.note")
    def note(ctx: Any, running: Any, **payload: Any) -> dict[str, Any]:
        seen.append((current_scope().tenant_id, payload))
        running.tell(50, "half")
        return {"tenant": ctx.tenant.slug}

    @job("tenancy.fail", retries=1)
    def fail(ctx: Any, running: Any) -> None:
        raise ValueError("cannot")

    yield
    TASKS.clear()
    TASKS.update(known)


def _put(world: World, slug: str, name: str, **options: Any) -> int:
    with world.inside(slug):
        begin_write()
        queued = enqueue(name, {"n": 1} if name == "tenancy.note" else {}, **options)
        session().commit()
        return queued.id


def _job(world: World, slug: str, job_id: int) -> Job:
    with world.inside(slug):
        return session().scalars(select(Job).where(Job.id == job_id)).one()


def test_runs_in_the_scope_of_its_own_tenant(world: World) -> None:
    first, second = _put(world, "east", "tenancy.note"), _put(world, "west", "tenancy.note")
    assert world.run_jobs() == 2
    assert {tenant for tenant, _payload in seen} == {world.tenants["east"].id, world.tenants["west"].id}
    done = _job(world, "east", first)
    assert (done.status, done.result, done.progress) == (DONE, {"tenant": "east"}, 100)
    assert _job(world, "west", second).result == {"tenant": "west"}


def test_failing_job_is_retried_then_given_up_with_its_error(world: World) -> None:
    job_id = _put(world, "east", "tenancy.fail")
    world.run_jobs()
    assert _job(world, "east", job_id).status == QUEUED
    with clock.at(clock.now() + dt.timedelta(hours=1)):
        world.run_jobs()
    failed = _job(world, "east", job_id)
    assert failed.status == FAILED and "cannot" in (failed.error or "") and failed.attempts == 2


def test_job_of_a_dead_worker_is_taken_over_and_the_dead_one_cannot_finish_it(world: World) -> None:
    job_id = _put(world, "east", "tenancy.note")
    runner = world.app.extensions["juheli.runner"]
    dead = runner.claim("dead")
    assert dead is not None and runner.claim("other") is None
    with world.inside("east"):
        begin_write()
        session().execute(update(Job).where(Job.id == job_id).values(lease_until=clock.now() - dt.timedelta(seconds=1))
                          .execution_options(synchronize_session=False))
        session().commit()
    assert world.run_jobs() == 1
    dead._update(status=RUNNING, result={"stale": True})
    assert _job(world, "east", job_id).status == DONE


def test_nothing_is_queued_by_a_transaction_that_rolled_back(world: World) -> None:
    with world.inside("east"):
        begin_write()
        enqueue("tenancy.note")
        session().rollback()
    assert world.run_jobs() == 0


def test_periodic_job_has_one_row_per_slot_however_many_tick(world: World) -> None:
    @job("tenancy.daily", every=DAILY)
    def daily(ctx: Any, running: Any) -> None:
        seen.append((ctx.tenant.id, {}))

    runner = world.app.extensions["juheli.runner"]
    TASKS.clear()
    TASKS["tenancy.daily"] = daily_task(daily)
    runner.tick()
    runner.tick()
    world.run_jobs()
    assert sorted(tenant for tenant, _ in seen) == sorted({t.id for t in world.tenants.values()})


def daily_task(fn: Any) -> Any:
    return Task("tenancy.daily", fn, every=DAILY)
