"""A few jobs to run, taken away again after each test."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select

from core.base.scope import current_scope
from core.base.session import begin_write, session
from core.jobs.models import Job
from core.jobs.queue import TASKS, enqueue, job
from core.plugin import Plugins
from core.testing.world import World, build_world


class Desk:
    """Puts jobs into the queue of a tenant and looks at them. `seen`: (tenant id, payload) of each run."""

    def __init__(self, world: World):
        self.world, self.seen = world, []
        self.runner = world.app.extensions["juheli.runner"]

    def put(self, slug: str, name: str, **options: Any) -> int:
        with self.world.inside(slug):
            begin_write()
            queued = enqueue(name, options.pop("payload", {}), **options)
            session().commit()
            return queued.id

    def look(self, slug: str, job_id: int) -> Job:
        with self.world.inside(slug):
            return session().scalars(select(Job).where(Job.id == job_id)).one()


@pytest.fixture
def desk(world: World) -> Iterator[Desk]:
    yield from tasks_for(Desk(world))


@pytest.fixture(params=["sqlite", "postgresql"])
def busy(request: pytest.FixtureRequest, tmp_path: Path, plugins: Plugins) -> Iterator[Desk]:
    """Two tenants on a database of its own, as a role the walls bind."""
    if request.param == "sqlite":
        world: World = request.getfixturevalue("world")
    else:
        world = build_world(tmp_path, plugins, request.getfixturevalue("app_pg_url"))
        world.open_tenant("east")
        world.open_tenant("west")
    yield from tasks_for(Desk(world))
    world.database.dispose()


def tasks_for(desk: Desk) -> Iterator[Desk]:
    known = dict(TASKS)
    for slug in desk.world.tenants:  # what opening them has queued
        with desk.world.inside(slug):
            begin_write()
            session().execute(delete(Job))
            session().commit()

    @job("tenancy.note")
    def note(ctx: Any, running: Any, **payload: Any) -> dict[str, Any]:
        desk.seen.append((current_scope().tenant_id, payload))
        running.tell(50, "half")
        return {"tenant": ctx.tenant.slug}

    @job("tenancy.fail", retries=1)
    def fail(ctx: Any, running: Any) -> None:
        raise ValueError("cannot, 张小明 13812345678")

    @job("tenancy.slow")
    def slow(ctx: Any, running: Any, seconds: float, tells: bool) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            time.sleep(0.05)
            if tells:
                running.tell(10)

    yield desk
    TASKS.clear()
    TASKS.update(known)
