"""An archived plugin is read and not changed, by any door; switched on again everything is as it was."""

from __future__ import annotations

import datetime as dt
from pkgutil import walk_packages

import pytest
from sqlalchemy import select

from core.base import clock
from core.base.session import begin_write, session
from core.contracts.errors import Forbidden, Invalid, NotFound, PluginArchived
from core.contracts.events import LearningHoursEarned
from core.custody.archive.reading import snapshot, sums
from core.custody.archive.tables import travelling
from core.events.outbox import DELIVER
from core.jobs.models import PARKED, QUEUED, Job
from core.jobs.queue import enqueue
from core.plugin import SwitchedOn
from core.service import service
from core.tenancy.lifecycle import archive_plugin, disable_plugin, enable_plugin
from core.work.inbox import for_actor
from core.work.models import WorkItem
from tests.core.custody.rows import fill

OURS = ("liaison", "pairing", "training")
SAFE = {"GET", "HEAD", "OPTIONS"}


@pytest.fixture
def archived(world):
    """East with every plugin on, rows in all their tables, and then all archived."""
    for name in OURS:
        with world.inside("east") as ctx:
            enable_plugin(ctx, name)
    with world.inside("east"):
        fill(needed(world))
    before = kept(world)
    for name in OURS:
        with world.inside("east") as ctx:
            archive_plugin(ctx, name)
    return before


def needed(world):
    """The tables of the plugins and what they refer to."""
    tables = travelling(world.database.metadata, world.plugins)
    wanted = {each.name for each in tables if each.owner in OURS}
    for each in reversed(tables):
        if each.name in wanted:
            wanted |= {key.referred_table.name for key in each.table.foreign_key_constraints}
    return [each for each in tables if each.name in wanted]


def kept(world):
    """Number and hash of the rows of every table of the plugins, and of what the inbox holds for them."""
    tables = travelling(world.database.metadata, world.plugins)
    with world.database.use(), snapshot(world.tenants["east"].id):
        return sums(each for each in tables if each.owner in OURS or each.name in ("work_item", "work_transition"))


def test_every_page_that_changes_something_refuses_and_every_other_one_opens(world, archived):
    admin, refused, opened = world.browser("east"), [], []
    adapter = world.app.url_map.bind("x")
    for rule in world.app.url_map.iter_rules():
        if rule.rule.split("/")[1] not in OURS or "static" in rule.endpoint:
            continue
        values = {name: 1 if type(rule._converters[name]).__name__ == "RecordNumber" else "x" for name in rule.arguments}
        path = adapter.build(rule.endpoint, values, method="GET" if "GET" in rule.methods else "POST")
        for method in sorted(rule.methods - SAFE):
            answer = admin.post(path) if method == "POST" else None
            refused.append((path, answer.status_code if answer else method))
        if "GET" in rule.methods and not rule.arguments:
            opened.append((path, admin.get(path).status_code))
    assert len(refused) > 60 and {code for _path, code in refused} == {423}
    assert {code for _path, code in opened} <= {200, 303, 423} and sum(code == 200 for _path, code in opened) > 5
    page = admin.post("/training/sessions/new").text
    assert "“教育培训”已归档" in page and "应用中心重新启用" in page
    assert kept(world) == archived


def test_no_service_of_it_writes(world, archived):
    tried = set()
    with world.inside("east") as ctx:
        for name in OURS:
            package = world.plugins.by_name[name].file("services")
            for found in walk_packages(package.__path__, package.__name__ + "."):
                module = __import__(found.name, fromlist=["x"])
                for fn in vars(module).values():
                    if getattr(fn, "writes", False) and fn.__module__.startswith(f"plugins.{name}"):
                        with pytest.raises(PluginArchived):
                            fn(ctx)
                        tried.add(fn)
    assert len(tried) > 40
    assert kept(world) == archived


def test_time_and_jobs_pass_it_by_and_switched_on_again_everything_is_there(world, archived):
    with world.inside("east") as ctx:
        begin_write()
        session().add(WorkItem(source="training", declared="training.session", record_kind="training.session", record_id=1,
                               subject="x", org_path="", permission="training.session.manage", opened_at=ctx.now(),
                               guard="training.session.read"))
        enqueue("training.balances")
        session().commit()
    with world.inside("east") as ctx:
        earn(ctx)
    before = kept(world)
    with clock.at(clock.now() + dt.timedelta(days=400)):
        world.app.extensions["juheli.runner"].tick()
        world.run_jobs()
    assert kept(world) == before
    with world.acting("east", "admin") as ctx:
        assert [item.source for item in for_actor(ctx, 50) if item.source in OURS] == []
    assert letters(world) == [PARKED]
    for name in OURS:
        with world.inside("east") as ctx:
            enable_plugin(ctx, name)
    assert kept(world) == before and letters(world) == [QUEUED]
    with world.acting("east", "admin") as ctx:
        assert "training" in {item.source for item in for_actor(ctx, 50)} and ctx.archived == frozenset()


@service(None, action="test.earn")
def earn(ctx):
    ctx.publish(LearningHoursEarned(person_id=1, on="2026-11-01", minutes=60, title="x", source="test", source_id=1))


def letters(world):
    with world.inside("east"):
        return list(session().scalars(select(Job.status).where(Job.name == DELIVER)))


def test_who_may_see_still_sees_and_nobody_may_do(world, archived):
    world.add_user("east", "reader", "training.course.read", "training.course.manage")
    with world.acting("east", "reader") as ctx:
        assert ctx.may("training.course.read") and not ctx.may("training.course.manage") and not ctx.may("training.need.read")
        with pytest.raises(PluginArchived):
            ctx.require("training.course.manage")
        with pytest.raises(Forbidden):
            ctx.require("training.need.read")
    page = world.browser("east", "reader").get("/ledgers/training.courses/", follow_redirects=True)
    assert page.status_code == 200 and "“教育培训”已归档：可以查看和导出，不能修改。" in page.text
    program = world.program("east", "liaison.record.read", "liaison.record.register")
    said = program.ask("POST", "/work/liaison.record/1/steps/notify", json={})
    assert said.status_code in (404, 423)


def test_states_and_their_order(world):
    with world.inside("east") as ctx:
        disable_plugin(ctx, "pairing") if "pairing" in ctx.enabled else None
    world.open_tenant("north", plugins=())
    with world.inside("north") as ctx, pytest.raises(NotFound):
        archive_plugin(ctx, "pairing")                            # never on: nothing to read
    with world.inside("west") as ctx, pytest.raises((NotFound, Invalid)):
        archive_plugin(ctx, "nobody")
    on = SwitchedOn(["a", "b"], archived=["b", "c"])
    assert on == {"a", "b"} and on.archived == {"b"} and not isinstance(on | {"d"}, SwitchedOn)


def test_the_page(world):
    with world.inside("east") as ctx:
        enable_plugin(ctx, "liaison")
    admin = world.browser("east")
    assert admin.post("/plugins/liaison/archive").status_code == 303
    page = admin.get("/plugins/liaison").text
    assert "已归档（只能查看和导出）" in page and "重新启用" in page and "/plugins/liaison/archive" not in page
    assert admin.post("/plugins/liaison/enable").status_code == 303
    assert "/plugins/liaison/archive" in admin.get("/plugins/liaison").text
