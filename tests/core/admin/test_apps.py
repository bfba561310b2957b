"""The operators' side: to whom a plugin is offered, what failed in it, what lags behind, what has vanished."""

from __future__ import annotations

import logging
import re

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from core.access.models import Role
from core.admin.platform import troubles as kept
from core.admin.platform.apps import plugin_row
from core.audit.models import AuditEntry
from core.base.session import begin_write, session
from core.cli import cli
from core.contracts.errors import Conflict, Forbidden, Invalid, NotFound
from core.custody.carrying_out import _all_installed
from core.custody.doctor.findings import BAD, WARN, Patient
from core.custody.doctor.service import plugins as look_at_plugins
from core.doors.absent import tell_vanished
from core.plugin import Hooks, troubles
from core.tenancy.lifecycle import disable_plugin, enable_plugin
from core.tenancy.models import NAMED, NOBODY, PluginState
from core.tenancy.offers import decide_offer
from core.tenancy.upgrading import behind, catch_up


def offer(world, name, **given):
    with world.acting("platform", "operator") as ctx:
        decide_offer(ctx, name, **given)


def switched(world, slug, name, change=enable_plugin):
    with world.inside(slug) as ctx:
        return change(ctx, name)


def test_what_is_not_offered_is_not_there_and_what_is_on_stays(world):
    for name in ("training", "pairing"):
        switched(world, "east", name)
    switched(world, "east", "pairing", disable_plugin)
    offer(world, "training", audience=NOBODY)
    offer(world, "pairing", audience=NAMED, tenants=["west"], profiles=[])
    admin = world.browser("east")
    assert admin.get("/training/").status_code == 200
    page = admin.get("/plugins/training").text
    assert "平台不再向本单位开放这个应用" in page and "/plugins/training/disable" in page
    with pytest.raises(Invalid, match="没有向本单位开放：联创共建"):
        switched(world, "east", "pairing")
    assert "/plugins/pairing/enable" not in admin.get("/plugins/pairing").text      # it was on: its records are kept, and shown
    switched(world, "east", "training", disable_plugin)
    with pytest.raises(Invalid, match="教育培训"):
        switched(world, "east", "training")
    world.open_tenant("north", plugins=())
    north = world.browser("north")
    assert "教育培训" not in north.get("/plugins/").text and north.get("/plugins/training").status_code == 404
    offer(world, "training", audience=NAMED, profiles=["county"])
    assert north.get("/plugins/training").status_code == 200 and switched(world, "north", "training") == ["training"]
    with world.inside("west") as ctx, pytest.raises(Invalid):
        disable_plugin(ctx, "training")
        enable_plugin(ctx, "training")


def test_who_decides_and_what_is_refused(world):
    with world.inside("east") as ctx, pytest.raises((Forbidden, NotFound)):
        decide_offer(ctx.evolve(all_powers=False), "training", audience=NOBODY)
    with world.acting("platform", "operator") as ctx:
        with pytest.raises(NotFound):
            decide_offer(ctx, "people", audience=NOBODY)
        for wrong, field in (({"audience": NAMED}, "tenants"), ({"audience": "friends"}, "audience"),
                             ({"audience": NAMED, "tenants": ["nobody"]}, "tenants"),
                             ({"audience": NAMED, "profiles": ["moon"]}, "profiles")):
            with pytest.raises(Invalid) as refused:
                decide_offer(ctx, "training", **wrong)
            assert list(refused.value.errors) == [field]
    assert world.browser("east").get("/apps/").status_code == 404


def test_the_pages_of_the_operators(world):
    switched(world, "east", "training")
    operator = world.browser("platform", "operator")
    page = operator.get("/apps/").text
    assert "教育培训" in page and "所有租户" in page
    answer = operator.post("/apps/training/offer", {"audience": "named", "profiles": [], "tenants": "east， nobody"})
    assert answer.status_code == 422 and "没有简称为“nobody”的单位" in answer.text
    assert operator.post("/apps/training/offer", {"audience": "named", "tenants": "east,west", "note": "试用"}).status_code == 303
    page = operator.get("/apps/training").text
    assert "east、west" in page and "试用" in page and "East County" in page


def test_failures_are_written_down_by_module_and_day(world, monkeypatch):
    def broken(ctx):
        raise ValueError("13800001234 is a person's number")

    switched(world, "east", "training")
    monkeypatch.setattr(kept, "_last", [-1000.0])
    troubles.take()
    impls = Hooks._impls

    def with_a_broken_one(self, name):
        return tuple(Broken(impl, broken) if (name, impl.plugin_name) == ("nav_items", "training") else impl
                     for impl in impls(self, name))

    monkeypatch.setattr(Hooks, "_impls", with_a_broken_one)
    assert world.browser("east").get("/people/").status_code == 200
    with world.acting("platform", "operator") as ctx:
        row = plugin_row(ctx, "training")
        assert [(t.hook, t.count) for t in row.troubles] == [("nav_items", 1)] and row.failed == 1
        assert "ValueError" in row.troubles[0].place and "13800001234" not in row.troubles[0].place
    assert "nav_items" in world.browser("platform", "operator").get("/apps/training").text
    assert not troubles.waiting()


class Broken:
    """A hook implementation that raises instead."""

    argnames = ("ctx",)

    def __init__(self, impl, function):
        self.plugin_name, self.function = impl.plugin_name, function


def test_a_new_version_reaches_the_tenants(world):
    """Rights that only the new version suggests come and are named; what the tenant took away since stays away."""
    switched(world, "east", "training")
    switched(world, "west", "training")
    with world.inside("east"):
        begin_write()
        state = session().scalars(select(PluginState).where(PluginState.plugin == "training")).one()
        secretary = session().scalars(select(Role).where(Role.key == "community_secretary")).one()
        before = set(secretary.permissions)
        state.module_version = "0.9"                         # which did not suggest this one yet
        state.given = {key: [p for p in names if p != "training.session.manage"] for key, names in state.given.items()}
        secretary.permissions = [p for p in secretary.permissions if not p.startswith("training.")]
        session().commit()
    with world.database.use():
        assert {(e.slug, e.plugin) for e in behind(world.plugins, "training")} == {("east", "training")}
        done, left = catch_up(world.plugins, "training")
        assert [e.slug for e in done] == ["east"] and left == [] and behind(world.plugins, "training") == []
    with world.inside("east"):
        secretary = session().scalars(select(Role).where(Role.key == "community_secretary")).one()
        assert {p for p in secretary.permissions if p.startswith("training.")} == {"training.session.manage"} < before
        said = session().scalars(select(AuditEntry.detail).where(AuditEntry.action == "tenancy.plugin.upgrade")).all()
        assert said == [{"before": "0.9", "version": "1.0", "gained": {"community_secretary": ["training.session.manage"]}}]


def test_switching_on_again_gives_nothing_back(world):
    """Neither rights nor a whole role: the tenant's admin took them away while it was on."""
    switched(world, "east", "training")
    with world.inside("east"):
        begin_write()
        roles = {role.key: role for role in session().scalars(select(Role))}
        for key in ("tenant_admin", "community_secretary"):
            assert "training.session.manage" in roles[key].permissions
            roles[key].permissions = [p for p in roles[key].permissions if p != "training.session.manage"]
        session().commit()
        kept = {key: role.permissions for key, role in roles.items()}
    with world.inside("east") as ctx:
        disable_plugin(ctx, "training")
    switched(world, "east", "training")
    with world.inside("east"):
        assert {role.key: role.permissions for role in session().scalars(select(Role))} == kept


@pytest.fixture
def gone(world, caplog):
    """East has data of a plugin whose distribution is not installed any more."""
    with world.inside("east") as ctx:
        begin_write()
        session().add(PluginState(plugin="lost", state="enabled", since=ctx.now(), by_name="x"))
        session().commit()
        ctx.plugins  # noqa: B018
    return world


def test_a_plugin_that_vanished_is_named_and_all_else_serves(gone, caplog):
    with gone.inside("east") as ctx:
        assert "lost" not in ctx.enabled
    assert gone.browser("east").get("/people/").status_code == 200 and gone.browser("east").get("/plugins/").status_code == 200
    with caplog.at_level(logging.ERROR, "juheli.plugin"):
        told = tell_vanished(gone.database)
    assert len(told) == 1 and re.search("'lost' is not installed, but 1 tenant.s. keep data of it: east", told[0])
    assert told[0] in caplog.text
    page = gone.browser("platform", "operator").get("/apps/").text
    assert "应用“lost”已不在本服务器上，但 1 个单位还保存着它的数据：east" in page
    with gone.database.use():
        levels = [f.level for f in look_at_plugins(Patient(None, gone.database, gone.plugins))]
        with pytest.raises(Conflict, match="lost"):
            _all_installed(gone.tenants["east"].id)
        _all_installed(gone.tenants["west"].id)
    assert BAD in levels and WARN not in levels


def test_the_commands(gone, monkeypatch):
    folder = gone.app.extensions["juheli.config"].instance
    monkeypatch.setenv("JUHELI_INSTANCE", str(folder))
    monkeypatch.setenv("JUHELI_DATABASE_URL", gone.app.extensions["juheli.config"].url)
    run = CliRunner()
    found = run.invoke(cli, ["plugin", "check"])
    assert found.exit_code == 1 and re.search(r"lost +east +enabled +\? +NOT INSTALLED", found.output)
    assert run.invoke(cli, ["plugin", "enable", "training", "--tenant", "east"]).exit_code == 0
    held = run.invoke(cli, ["plugin", "check", "training"])
    assert held.exit_code == 1 and "do not uninstall it before" in held.output
    free = run.invoke(cli, ["plugin", "check", "nothing"])
    assert free.exit_code == 1 and "no plugin 'nothing'" in free.output
    told = run.invoke(cli, ["plugin", "offer", "pairing", "--tenant", "west"])
    assert told.output == "pairing: offered to west\n"
    assert run.invoke(cli, ["plugin", "offer", "pairing"]).exit_code == 2
    assert "plugins of tenants" in run.invoke(cli, ["plugin", "upgrade", "--all", "--check"]).output
    assert run.invoke(cli, ["plugin", "archive", "training", "--tenant", "east"]).output == "east: archived: training\n"
    assert re.search(r"archived training", run.invoke(cli, ["plugin", "list", "--tenant", "east"]).output)
    assert "no tenant 'nowhere'" in run.invoke(cli, ["plugin", "enable", "training", "--tenant", "nowhere"]).output
