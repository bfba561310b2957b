"""What plugins cost: asking their hooks with 0, 5 and 20 of them on, and what 1,000 tenants leave in a worker's memory.

    python -m bench.plugins [--rounds 300] [--tenants 1000]

Twenty plugins are made in memory, each with the hooks a page asks (menu, panels, search, calendar, timeline) and an answer to
each. A page asks its hooks through `ctx.collect`, guarded by a SAVEPOINT. CPU milliseconds, taken in turns; the cost of dispatch
is the difference to no plugins, beside the same functions called by hand. Memory is what tracemalloc finds held after every
tenant was served once (what is remembered of its plugins, and the hooks of that set): each tenant has a set of its own of 4 among
the 20, so that no two share one. Ends with 1 when the promises of docs/performance.md do not hold.
"""

from __future__ import annotations

import argparse
import itertools
import shutil
import statistics
import sys
import tempfile
import time
import tracemalloc
import types
from collections.abc import Callable
from pathlib import Path

from core.base.scope import tenant_scope
from core.base.session import session
from core.plugin import CalendarEntry, NavItem, Panel, Plugin, Plugins, SearchHit, TimelineEntry, hookimpl, installed
from core.plugin.owner import Owner
from core.service import TenantInfo, system_context
from core.testing.world import build_world

HOOKS = ("nav_items", "panels")                    # what an ordinary page asks: the menu, and the boxes of a record
MOST_MS, MOST_MB = 1.0, 2.0


def made(number: int) -> types.ModuleType:
    """The hooks of one plugin."""
    module = types.ModuleType(f"bench_plugin_{number}")

    @hookimpl
    def nav_items(ctx: object) -> list[NavItem]:
        return [NavItem(f"Plugin {number}", "people.index", "people.person.read")]

    @hookimpl
    def panels(slot: str, subject: object, ctx: object) -> list[Panel]:
        return [Panel("x", "x.html", {}, "people.person.read")]

    @hookimpl
    def search_hits(query: object, ctx: object) -> list[SearchHit]:
        return []

    @hookimpl
    def timeline(person_id: int, ctx: object) -> list[TimelineEntry]:
        return []

    @hookimpl
    def calendar(start: object, end: object, ctx: object) -> list[CalendarEntry]:
        return []

    for each in (nav_items, panels, search_hits, timeline, calendar):
        setattr(module, each.__name__, each)
    return module


class Made(Owner):
    """A plugin that has nothing but hooks."""

    def __init__(self, number: int):
        super().__init__(Plugin(name=f"made{number}", title=f"Plugin {number}"), "bench")
        self.hooks = made(number)

    def file(self, name: str) -> types.ModuleType | None:
        return self.hooks if name == "hooks" else None

    def load(self) -> None:
        """Nothing to import."""


def in_turns(calls: dict[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """name -> median CPU milliseconds of calls made in turns."""
    spent: dict[str, list[float]] = {name: [] for name in calls}
    for number in range(rounds + 10):
        for name, call in calls.items():
            before = time.process_time()
            call()
            if number >= 10:
                spent[name].append(1000 * (time.process_time() - before))
    return {name: statistics.median(each) for name, each in spent.items()}


def dispatch(plugins: Plugins, folder: Path, rounds: int) -> dict[str, float]:
    """A page's hooks with none, five and twenty of the made plugins on; core's own implementations are left out."""
    world = build_world(folder, installed())
    world.open_tenant("east", "East", "county", plugins=())
    names = [name for name in plugins.by_name if name.startswith("made")]
    with world.inside("east") as ctx:
        def page(count: int) -> Callable[[], object]:
            here = ctx.evolve(plugins=plugins, enabled=frozenset(names[:count]))

            def ask() -> None:
                here.collect("nav_items")
                here.collect("panels", slot="person", subject=None)
            return ask

        def by_hand() -> None:
            for owner in list(plugins.by_name.values()):
                hooks = owner.file("hooks")
                tuple(hooks.nav_items(ctx))
                tuple(hooks.panels("person", None, ctx))

        session().connection()
        found = in_turns({"0 plugins": page(0), "5 plugins": page(5), "20 plugins": page(20), "20 by hand": by_hand}, rounds)
    world.database.dispose()
    return found


def memory(plugins: Plugins, tenants: int) -> float:
    """Megabytes that a worker holds more after each of the tenants was served once."""
    names = sorted(plugins.by_name)
    sets = itertools.islice(itertools.combinations(names, 4), tenants)
    held: dict[int, object] = {}
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    for number, chosen in enumerate(sets, 1):
        tenant = TenantInfo(number, f"t{number}", f"Tenant {number}", "county")
        with tenant_scope(number):
            ctx = system_context(tenant, frozenset(chosen), "bench")
            here = ctx.evolve(plugins=plugins)
            for hook in HOOKS:
                here.hooks._impls(hook)
        held[number] = (1, here.enabled)             # what core.tenancy.lookup remembers of a tenant
    grown = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    return grown / 1024 / 1024


def main() -> int:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--rounds", type=int, default=300)
    arguments.add_argument("--tenants", type=int, default=1000)
    chosen = arguments.parse_args()
    plugins = Plugins(Made(number) for number in range(20))
    folder = Path(tempfile.mkdtemp(prefix="juheli-bench-"))
    try:
        found = dispatch(plugins, folder, chosen.rounds)
    finally:
        shutil.rmtree(folder)
    for name, ms in found.items():
        print(f"{name:<12}{ms:8.3f} ms CPU per page")
    cost = found["20 plugins"] - found["0 plugins"]
    print(f"dispatch with 20 plugins: {cost:.3f} ms a page (at most {MOST_MS}); {cost / 20:.3f} ms a plugin")
    grown = memory(plugins, chosen.tenants)
    print(f"memory of {chosen.tenants} tenants, each with its own set: {grown:.2f} MB a worker (at most {MOST_MB} per 1,000)")
    return 0 if cost < MOST_MS and grown < MOST_MB * chosen.tenants / 1000 else 1


if __name__ == "__main__":
    sys.exit(main())
