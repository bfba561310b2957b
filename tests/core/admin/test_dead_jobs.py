"""Operators see jobs that were given up, try them again or drop them; both chains say so, and no tenant data is shown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select

from core.audit.models import AuditEntry
from core.base.session import begin_write, session
from core.jobs.models import DONE, FAILED, Job
from core.jobs.queue import TASKS, enqueue, job
from core.testing.world import World

broken = [True]


@pytest.fixture
def dead(world: World) -> Iterator[int]:
    """A dead job of `east` whose payload and error name a person."""
    broken[0] = True

    @job("tenancy.letter", retries=0)
    def letter(ctx: Any, running: Any, name: str) -> None:
        if broken[0]:
            raise RuntimeError(f"no such {name}")

    with world.inside("east"):
        begin_write()
        queued = enqueue("tenancy.letter", {"name": "金丝雀"})
        session().commit()
    world.run_jobs()
    yield queued.id
    del TASKS["tenancy.letter"]


def chain(world: World, slug: str) -> list[tuple[str, int | None, str]]:
    with world.inside(slug):
        rows = session().execute(select(AuditEntry.action, AuditEntry.subject_id, AuditEntry.via).order_by(AuditEntry.seq))
        return [tuple(row) for row in rows if row.action.startswith("admin.job.")]


def status(world: World, job_id: int) -> str | None:
    with world.inside("east"):
        return session().scalar(select(Job.status).where(Job.id == job_id))


def test_operator_sees_it_without_its_content_and_retries_it(world: World, dead: int) -> None:
    operator = world.browser("platform", "operator")
    page = operator.get("/jobs/").get_data(as_text=True)
    assert "tenancy.letter" in page and "East County" in page and "RuntimeError" in page
    assert "金丝雀" not in page
    broken[0] = False
    assert operator.post(f"/jobs/{world.tenants['east'].id}/{dead}/retry").status_code == 303
    world.run_jobs()
    assert status(world, dead) == DONE
    assert chain(world, "platform") == [("admin.job.retry", dead, "html")]
    assert chain(world, "east") == [("admin.job.retry", dead, "platform")]
    assert operator.post(f"/jobs/{world.tenants['east'].id}/{dead}/retry").status_code == 404, "it is dead no more"


def test_operator_drops_it(world: World, dead: int) -> None:
    operator = world.browser("platform", "operator")
    assert operator.post(f"/jobs/{world.tenants['east'].id}/{dead}/drop").status_code == 303
    assert status(world, dead) is None
    assert [entry[0] for entry in chain(world, "platform") + chain(world, "east")] == ["admin.job.drop"] * 2


def test_tenants_and_operators_without_the_right_are_refused(world: World, dead: int) -> None:
    assert world.browser("east").get("/jobs/").status_code == 404
    world.add_user("platform", "reader", "admin.job.read")
    reader = world.browser("platform", "reader")
    assert reader.get("/jobs/").status_code == 200
    assert reader.post(f"/jobs/{world.tenants['east'].id}/{dead}/drop").status_code == 403
    assert status(world, dead) == FAILED
