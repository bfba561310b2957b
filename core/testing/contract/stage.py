"""What the contract suite plays on: one installation per plugin, one tenant with it on and a canary in every table."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from werkzeug.routing import Rule

from core.base.scope import tenant_scope
from core.isolation.canaries import Mark, plant
from core.isolation.shadows import marks_for
from core.isolation.site import numbers_of, times_of, words_of
from core.people.extras.known import offered
from core.people.extras.values import save
from core.people.models import OrgUnit, Person
from core.plugin import ORG_UNIT, PERSON, Owner, Plugins, extra
from core.service import unit_of_work
from core.tenancy.lifecycle import disable_plugin, enable_plugin

from ..fixtures import copied
from ..world import World

HOME = "home"
NUMBER = 7_000_000_000_404     # of every canary of the first set
CHAIN = frozenset({"audit_entry"})      # a canary would break the chain, and no archive with a broken one is taken in


@dataclass
class Stage:
    """An installation, the plugin, and the tenant `home` where it is on, with canaries."""

    world: World
    owner: Owner
    mark: Mark

    @property
    def name(self) -> str:
        return self.owner.name

    @property
    def plugins(self) -> Plugins:
        return self.world.plugins

    def rules(self) -> list[Rule]:
        """Every address of the plugin: its pages, its operations, its static files."""
        mine = (f"{self.name}.", f"{self.name}_api.")
        return [rule for rule in self.world.app.url_map.iter_rules() if rule.endpoint.startswith(mine)]

    def path(self, rule: Rule, word: str = "x") -> str:
        """The address with the canary's number in every place for one."""
        words = {name: word for name in rule.arguments} | dict.fromkeys(numbers_of(rule), self.mark.id)
        words |= times_of(rule, self.mark.id)
        return str(self.world.app.url_map.bind("localhost").build(rule.endpoint, words, min(rule.methods or {"GET"})))

    def view(self, rule: Rule) -> Any:
        return self.world.app.view_functions[rule.endpoint]

    def pages(self) -> list[str]:
        """Addresses of the plugin that a browser may open, and what core makes of its declarations."""
        own = [self.path(r) for r in self.rules() if "GET" in (r.methods or ()) and not r.endpoint.endswith("static")
               and not r.endpoint.startswith(f"{self.name}_api.") and not words_of(r)]
        ledgers = [path for one in self.owner.ledgers for path in (f"/ledgers/{one.name}/", f"/ledgers/{one.name}/print")]
        reports = [path for one in self.owner.reports for path in (f"/reports/{one.name}/", f"/reports/{one.name}/print")]
        return [*own, *ledgers, *reports, *(f"/indicators/{one.name}/" for one in self.owner.indicators)]

    def declared(self) -> list[str]:
        """Addresses under which core shows what the plugin declares; they go with it."""
        owner, number = self.owner, self.mark.id
        paths = [p for one in owner.ledgers for p in (f"/ledgers/{one.name}/", f"/api/v1/ledgers/{one.name}")]
        paths += [p for one in owner.indicators for p in (f"/indicators/{one.name}/", f"/api/v1/indicators/{one.name}")]
        paths += [p for one in owner.reports for p in (f"/reports/{one.name}/", f"/api/v1/reports/{one.name}")]
        paths += [f"/imports/template/{one.name}" for one in owner.import_kinds]
        return paths + [f"/work/history/{one.name}/{number}" for one in owner.workflows]

    def around(self) -> list[str]:
        """Pages of core to which plugins contribute."""
        number = self.mark.id
        return ["/", f"/people/p/{number}/", f"/people/o/{number}/", f"/search/?q={self.mark.word}", f"/people/p/{number}/held"]

    def tables(self) -> frozenset[str]:
        found = self.world.database.metadata.tables
        return frozenset(name for name in found if name.split("_", 1)[0] == self.name)

    @contextmanager
    def off(self) -> Iterator[None]:
        """The plugin (and what requires it) is off in `home` for the block."""
        others = [n for n in self.plugins.required_by(self.name) if n != self.name]
        with self.world.inside(HOME) as ctx:
            for name in (*reversed(others), self.name):
                disable_plugin(ctx, name)
        try:
            yield
        finally:
            with self.world.inside(HOME) as ctx:
                enable_plugin(ctx, self.name)

    def fill_fields(self, slug: str, mark: Mark) -> None:
        """A value in every field the plugin adds to core's records, of the canary's person and unit."""
        values = {extra.TEXT: mark.word, extra.NUMBER: 1, extra.DATE: dt.date(2026, 1, 31), extra.YES_NO: True}
        with self.world.inside(slug) as ctx, unit_of_work(ctx):
            for of, model in ((PERSON, Person), (ORG_UNIT, OrgUnit)):
                own = [f for f in self.owner.extra_fields if f.of == of]
                save(ctx, ctx.get(model, mark.id), {
                    f.key: offered(f)[0][0] if f.kind == extra.CHOICE else values[f.kind] for f in own})

    def furnish(self, slug: str) -> Mark:
        """A further tenant with the plugin on and canaries in every table."""
        tenant = self.world.open_tenant(slug, kind=kind_for(self.owner), plugins=(self.name,))
        with self.world.database.use():
            mark, = marks_for(tenant, {NUMBER: "H"})
            with tenant_scope(tenant.id):
                plant(mark, self.plugins, CHAIN)
        self.fill_fields(slug, mark)
        return mark


def kind_for(owner: Owner) -> str:
    """A kind of tenant the plugin is made for."""
    return min(owner.manifest.audience)


@pytest.fixture(scope="class")
def stage(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, plugins: Plugins) -> Iterator[Stage]:
    """The stage of the class's plugin, on the database of the run."""
    name = request.cls.plugin
    if name not in plugins.optional:
        raise pytest.UsageError(f"no plugin {name!r} is installed here; there are: {', '.join(plugins.optional)}")
    engine = "_postgres" if request.config.getoption("--engine") == "postgres" else "_sqlite"
    folder = tmp_path_factory.mktemp("contract") / "instance"
    kind, template = request.getfixturevalue(engine)
    with copied(kind, template, folder, plugins) as world:
        made = Stage(world, plugins.by_name[name], Mark(0, 0, "", ""))
        made.mark = made.furnish(HOME)
        yield made
