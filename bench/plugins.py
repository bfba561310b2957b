"""What plugins cost: asking their hooks with 0, 5 and 20 of them on, and what 1,000 tenants leave in a worker's memory.

Twenty plugins are made in memory, each with the hooks a page asks (menu, panels, search, calendar, timeline) and an answer to
each. A page asks its hooks through `ctx.collect`, guarded by a SAVEPOINT; beside it the same functions called by hand. Memory is
what tracemalloc finds held after every tenant was served once (what is remembered of its plugins, and the hooks of that set):
each tenant has a set of its own of 4 among the 20, so that no two share one.
"""

from __future__ import annotations

import itertools
import tracemalloc
import types
from collections.abc import Callable

from bench.frame import Bench, Run, ground
from core.base.scope import tenant_scope
from core.base.session import session
from core.plugin import CalendarEntry, NavItem, Panel, Plugin, Plugins, SearchHit, TimelineEntry, hookimpl
from core.plugin.owner import Owner
from core.service import Context, TenantInfo, system_context

HOOKS = ("nav_items", "panels")                    # what an ordinary page asks: the menu, and the boxes of a record


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


def page(ctx: Context, plugins: Plugins, count: int) -> Callable[[int], None]:
    """What a page asks with `count` of the plugins on."""
    here = ctx.evolve(plugins=plugins, enabled=frozenset(sorted(plugins.by_name)[:count]))

    def ask(_round: int) -> None:
        here.collect("nav_items")
        here.collect("panels", slot="person", subject=None)
    return ask


def called_by_hand(ctx: Context, plugins: Plugins) -> Callable[[int], None]:
    owners = list(plugins.by_name.values())

    def ask(_round: int) -> None:
        for owner in owners:
            hooks = owner.file("hooks")
            tuple(hooks.nav_items(ctx))
            tuple(hooks.panels("person", None, ctx))
    return ask


def memory(plugins: Plugins, tenants: int) -> float:
    """Megabytes that a worker holds more after each of the tenants was served once."""
    sets = itertools.islice(itertools.combinations(sorted(plugins.by_name), 4), tenants)
    held: dict[int, object] = {}
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    for number, chosen in enumerate(sets, 1):
        tenant = TenantInfo(number, f"t{number}", f"Tenant {number}", "county")
        with tenant_scope(number):
            here = system_context(tenant, frozenset(chosen), "bench").evolve(plugins=plugins)
            for hook in HOOKS:
                here.hooks._impls(hook)
        held[number] = (1, here.enabled)             # what core.tenancy.lookup remembers of a tenant
    grown = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    return grown / 1024 / 1024


def measure(run: Run) -> None:
    dispatch = "Plugins: dispatch with 20 of them"
    held = f"Plugins: memory of {run.size['tenants']:,} tenants, each with its own set"
    run.aim(dispatch, most=1.0, unit="ms CPU a page")
    run.aim(held, most=2.0, unit="MB a worker")
    plugins = Plugins(Made(number) for number in range(20))
    with ground(run.size["engine"]) as here:
        here.world.open_tenant("east", "East", "county")
        with here.world.inside("east") as ctx:
            session().connection()
            group = run.turns("Hooks of a page", {
                "20 by hand": called_by_hand(ctx, plugins), "20 plugins": page(ctx, plugins, 20),
                "5 plugins": page(ctx, plugins, 5), "0 plugins": page(ctx, plugins, 0)},
                rounds=run.size["rounds"], elsewhere=here.elsewhere(), repeat=5)
    cost = group.line("20 plugins").value.median - group.line("0 plugins").value.median
    run.aim(dispatch, cost)
    run.aim(held, memory(plugins, run.size["tenants"]))


BENCH = Bench("plugins", "Plugins", measure, tiny={"engine": "sqlite", "rounds": 1, "tenants": 20},
              usual={"engine": "postgres", "rounds": 200, "tenants": 1000, "turn": 3, "budget": 10})
