"""Switching a plugin on and off: at once, in every worker, with the path as the gate, and data and trouble contained."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.contracts.errors import NotFound, PluginDisabled
from core.settings.modules import save_settings, settings_of
from core.tenancy.lifecycle import disable_plugin, enable_plugin
from core.testing.world import Browser, World, build_world
from tests.dummy import hooks, services

METHODS = ("get", "post", "put", "delete", "options", "patch")
PATHS = ("/dummy/", "/dummy", "/dummy/write", "/dummy/folder", "/dummy/static/x.css", "/dummy/nothing", "/api/v1/dummy/notes")


def _toggle(world: World, slug: str, on: bool) -> None:
    with world.inside(slug) as ctx:
        (enable_plugin if on else disable_plugin)(ctx, "dummy")


def _knows(browser: Browser, path: str, method: str) -> int:
    return int(getattr(browser.client, method)(browser.root + path).status_code)


@pytest.mark.parametrize("path", PATHS)
def test_a_plugin_that_is_off_does_not_exist_for_any_method(world: World, path: str) -> None:
    admin, visitor = world.browser("east"), world.browser("east", None)
    unknown = {m: _knows(admin, "/nosuch/thing", m) for m in METHODS}
    for method in METHODS:
        assert _knows(admin, path, method) == 404 == unknown[method], method
        assert _knows(visitor, path, method) == 404, method


def test_enabling_counts_on_the_next_request_and_only_here(world: World) -> None:
    east, west = world.browser("east"), world.browser("west")
    assert east.post("/plugins/dummy/enable").status_code == 303
    assert east.get("/dummy/").status_code == 200
    assert "Dummy" in east.get("/").get_data(as_text=True)
    assert west.get("/dummy/").status_code == 404
    assert east.post("/plugins/dummy/disable").status_code == 303
    assert east.get("/dummy/").status_code == 404


def test_every_worker_agrees_on_the_next_request(world: World, tmp_path: Path) -> None:
    """A second app over the same file stands for another worker; 30 toggles, none stale."""
    other = build_world(tmp_path / "instance", world.plugins, url=str(world.database.engine.url))
    other.tenants = world.tenants
    there = other.browser("east")
    stale = []
    for turn in range(30):
        _toggle(world, "east", on=turn % 2 == 0)
        status = there.get("/dummy/").status_code
        if status != (200 if turn % 2 == 0 else 404):
            stale.append(turn)
    other.database.dispose()
    assert stale == []


def test_services_of_a_plugin_that_is_off_refuse_even_a_context_of_all_powers(world: World) -> None:
    with world.inside("east") as ctx, pytest.raises(PluginDisabled):
        services.write_note(ctx, text="x")


def test_admin_gains_the_plugins_permissions_and_life_cycle_hooks_are_told(world: World) -> None:
    _toggle(world, "east", on=True)
    _toggle(world, "east", on=False)
    _toggle(world, "east", on=True)
    assert hooks.calls == [("enabled", True), ("disabled", None), ("enabled", False)]
    with world.acting("east", "admin") as ctx:
        assert ctx.may("dummy.note.write")


@pytest.mark.parametrize("kind", ["raise", "late", "sql"])
def test_a_broken_plugin_loses_its_own_answer_and_nothing_else(world: World, kind: str) -> None:
    _toggle(world, "east", on=True)
    hooks.trouble["kind"] = kind
    admin = world.browser("east")
    for path in ("/", "/search/?q=a", "/plugins/"):
        page = admin.get(path)
        assert page.status_code == 200
        assert "/plugins/" in page.get_data(as_text=True)


def test_unknown_and_core_modules_cannot_be_switched(world: World) -> None:
    with world.inside("east") as ctx:
        for name in ("nosuch", "people"):
            with pytest.raises(NotFound):
                enable_plugin(ctx, name)


def test_settings_have_defaults_are_checked_and_kept_per_tenant(world: World) -> None:
    _toggle(world, "east", on=True)
    admin = world.browser("east")
    assert admin.post("/settings/dummy", {"greeting": "你好", "days": "400"}).status_code == 422
    assert admin.post("/settings/dummy", {"greeting": "你好", "days": "60"}).status_code == 303
    with world.inside("east"):
        assert settings_of(world.plugins, "dummy") == {"greeting": "你好", "days": 60}
    with world.inside("west"):
        assert settings_of(world.plugins, "dummy") == {"greeting": "hello", "days": 30}
    assert admin.post("/settings/dummy/reset").status_code == 303
    with world.inside("east") as ctx:
        assert settings_of(world.plugins, "dummy")["days"] == 30
        with pytest.raises(NotFound):
            save_settings(ctx, "nosuch", values={})


