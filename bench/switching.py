"""Plugins as a tenant has them: a page with none, one and all of them on, and how often a second one can be switched on and off.

The page is the dashboard, which asks every plugin for tiles, entries and reminders, and the roster, which asks for the menu only;
each just after a change, so that nothing is remembered. Switching is the service that the admin's button calls, once on and once
off, with its roles, its audit rows and the commit.
"""

from __future__ import annotations

import functools
import time

from bench.frame import Bench, Run, Within
from bench.frame.ground import Ground, ground
from bench.planting import changed, plant, writing
from core.service import Context
from core.tenancy.lifecycle import disable_plugin, enable_plugin
from core.testing.world import Browser

TOGGLED = "liaison"


def measure(run: Run) -> None:
    with ground(run.size["engine"]) as here:
        plugins = tuple(sorted(here.world.plugins.by_name.keys() - here.world.plugins.core))
        sets = {"none": (), "one": plugins[:1], f"all {len(plugins)}": plugins}
        browsers = {name: _tenant(here, f"with{len(some)}", some, run.size["members"]) for name, some in sets.items()}
        here.analyze()
        elsewhere = here.elsewhere()
        for title, path in (("Dashboard", "/"), ("Roster", "/ledgers/people.roster/")):
            calls = {f"{name} on": Within(functools.partial(changed, here.world, slug), functools.partial(_ask, browser, path))
                     for name, (slug, browser) in browsers.items()}
            for call in calls.values():
                call.call(0)
            run.turns(f"{title} by plugins", calls, rounds=run.size["rounds"], elsewhere=elsewhere)
        _toggles(run, here, run.size["toggles"])


def _tenant(here: Ground, slug: str, plugins: tuple[str, ...], members: int) -> tuple[str, Browser]:
    here.world.open_tenant(slug, plugins=plugins)
    with writing(here, slug) as write:
        plant(write, members, 1, 2026)
    return slug, here.world.browser(slug)


def _ask(browser: Browser, path: str, _round: int) -> object:
    return browser.get(path).get_data()


def _toggles(run: Run, here: Ground, count: int) -> None:
    spent = []
    for _number in range(count):
        began = time.perf_counter()
        with here.world.inside("with0") as ctx:
            _on_and_off(ctx)
        spent.append(2 / (time.perf_counter() - began))
    run.samples("Switching a plugin on and off again", {"toggles": spent}, unit="a second", more=True)


def _on_and_off(ctx: Context) -> None:
    enable_plugin(ctx, TOGGLED)
    disable_plugin(ctx.evolve(enabled=ctx.enabled | {TOGGLED}), TOGGLED)


BENCH = Bench("switching", "Plugins of a tenant: pages with all of them on, switching", measure,
              tiny={"engine": "sqlite", "members": 50, "rounds": 1, "toggles": 1},
              usual={"engine": "postgres", "members": 2_000, "rounds": 20, "toggles": 20, "turn": 6, "budget": 15})
