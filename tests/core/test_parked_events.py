"""What happens while a module is off waits for it; a module that was never on is not written to."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from core.admin.jobs import tidy
from core.base.session import session
from core.contracts.events import LearningHoursEarned
from core.events.outbox import DELIVER, handles
from core.jobs.models import DONE, PARKED, QUEUED, Job
from core.service import Context, service
from core.tenancy.lifecycle import disable_plugin, enable_plugin


@service(None, action="test.earn")
def earn(ctx: Context, *titles: str) -> None:
    for title in titles:
        ctx.publish(LearningHoursEarned(person_id=1, on="2026-11-01", minutes=60, title=title, source="test", source_id=1))


@pytest.fixture
def heard(plugins, monkeypatch):
    """Titles the module `training` was told, in order."""
    titles: list[str] = []

    def credit_hours(ctx, event):
        titles.append(event.title)

    monkeypatch.setattr(plugins.by_name["training"].file("handlers"), "credit_hours", handles(LearningHoursEarned)(credit_hours))
    return titles


def letters(world, slug="east"):
    with world.inside(slug):
        return [job.status for job in session().scalars(select(Job).where(Job.name == DELIVER).order_by(Job.created_at, Job.id))]


def switch(world, change, slug="east"):
    with world.inside(slug) as ctx:
        change(ctx, "training")


def test_events_wait_while_their_module_is_off(world, east, heard):
    switch(world, enable_plugin)
    switch(world, disable_plugin)
    with world.inside("east") as ctx:
        earn(ctx, "first", "second")
    assert letters(world) == [PARKED, PARKED]
    world.run_jobs()
    assert heard == [] and letters(world) == [PARKED, PARKED]
    switch(world, enable_plugin)
    assert letters(world) == [QUEUED, QUEUED]
    world.run_jobs()
    assert sorted(heard) == ["first", "second"] and letters(world) == [DONE, DONE]


def test_an_event_on_its_way_when_its_module_is_switched_off(world, east, heard):
    switch(world, enable_plugin)
    with world.inside("east") as ctx:
        earn(ctx, "late")
    switch(world, disable_plugin)
    world.run_jobs()
    assert heard == [] and sorted(letters(world)) == [DONE, PARKED]
    switch(world, enable_plugin)
    world.run_jobs()
    world.run_jobs()
    assert heard == ["late"]


def test_nothing_is_kept_for_a_module_that_was_never_on_nor_for_another_tenant(world, east, heard):
    world.open_tenant("north", plugins=())
    switch(world, enable_plugin)
    switch(world, disable_plugin)
    with world.inside("north") as ctx:
        earn(ctx, "north")
    assert letters(world, "north") == []
    with world.inside("east") as ctx:
        earn(ctx, "east")
    switch(world, enable_plugin, "north")
    world.run_jobs()
    assert heard == [] and letters(world) == [PARKED]


def test_what_was_parked_while_the_module_came_on_is_found_at_night(world, east, heard):
    """A request that still saw the module off may commit after the one that switched it on."""
    switch(world, enable_plugin)
    switch(world, disable_plugin)
    with world.inside("east") as before:
        earn(before, "between")
    with world.inside("east") as ctx:
        enable_plugin(ctx, "training")
        earn(before, "after")
    world.run_jobs()
    assert heard == ["between"]
    with world.inside("east") as ctx:
        tidy(ctx, None)
    world.run_jobs()
    assert sorted(heard) == ["after", "between"]
