"""The probe on a live installation: shadows with the tenant's own plugins, and the tenant's own numbers asked for from there."""

from __future__ import annotations

import datetime as dt
import random
import time
from contextvars import Context as Variables
from dataclasses import dataclass, field

from flask import Flask
from sqlalchemy import select
from werkzeug.routing import Rule

from core import __version__
from core.base import clock
from core.base.engine import Database
from core.base.scope import system_scope, tenant_scope
from core.base.session import session
from core.plugin import Plugins
from core.service import TenantInfo
from core.tenancy.lookup import by_address, enabled_plugins
from core.tenancy.models import SHADOW, Tenant

from .addresses import path_of, rules, spelled
from .canaries import tenant_tables
from .probe import NOWHERE, Finding, Probe
from .run import PARTS, run
from .shadows import remove_shadow, shadows
from .site import Site, numbers_of
from .visitor import Answer

PER_TABLE = 2
FROM_AFAR = 3
STALE = dt.timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class Proof:
    """What one probe of an installation said about one tenant."""

    slug: str
    name: str
    kind: str
    plugins: tuple[str, ...]
    engine: str
    version: str
    began_at: dt.datetime
    seconds: int
    tables: int
    addresses: int
    cases: dict[str, int] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    blind: tuple[str, ...] = ()

    @property
    def total(self) -> int:
        return sum(self.cases.values())


def prove(app: Flask, database: Database, plugins: Plugins, slug: str, *, thorough: bool = False,
          parts: tuple[str, ...] = tuple(PARTS)) -> Proof:
    """Run the probe for the tenant with this short name; takes a minute or two, and a quarter of an hour when thorough.

    Reads numbers of the tenant's records and nothing else of it; writes only to its two shadows. Raises LookupError.
    """
    return Variables().run(_prove, app, database, plugins, slug, thorough, parts)


def _prove(app: Flask, database: Database, plugins: Plugins, slug: str, thorough: bool, parts: tuple[str, ...]) -> Proof:
    began, start = clock.now(), time.monotonic()
    with database.use():
        found = by_address(slug=slug)
        if found is None or slug.startswith(SHADOW):
            raise LookupError(slug)
        tenant, rev = found
        with tenant_scope(tenant.id):
            names = tuple(n for n in plugins.optional if n in enabled_plugins(tenant.id, rev))
        remove_forgotten()
    with shadows(app, database, plugins, tenant.kind, names) as probe:
        probe.thorough = thorough
        real_numbers(probe, tenant, run(probe, parts))
    places = len([r for r in rules(probe, "tenant")])
    return Proof(slug, tenant.name, tenant.kind, names, database.engine.dialect.name, __version__, began,
                 round(time.monotonic() - start), len(tenant_tables()), places, dict(probe.cases), tuple(probe.findings),
                 tuple(sorted(set(probe.blind))))


def real_numbers(probe: Probe, tenant: TenantInfo, site: Site) -> None:
    """Numbers of the tenant's real records, asked for from a shadow: like numbers that never were. Only reading.

    Every address gets numbers from all tables of its module, and a few of others.
    """
    numbers, dice = _numbers(probe, tenant.id), random.Random(tenant.id)
    for rule in [r for r in rules(probe, "tenant") if numbers_of(r) and "GET" in (r.methods or ())]:
        words = next(spelled(probe, rule, site), None)
        if words is None:
            continue
        none = _asked(probe, rule, words, NOWHERE)
        module = rule.endpoint.split(".")[0]
        near = [n for table, known in numbers.items() for n in known if table.split("_")[0] == module]
        others = [n for table, known in numbers.items() for n in known if table.split("_")[0] != module]
        for number in dict.fromkeys(near + dice.sample(others, min(FROM_AFAR, len(others)))):
            real = _asked(probe, rule, words, number)
            probe.cases["real"] += 1
            if real.shape != none.shape:
                what = f"tells a record of {tenant.slug} ({real.status}) from none ({none.status})"
                probe.found("real", f"GET {rule.rule}", what)


def _asked(probe: Probe, rule: Rule, words: dict[str, str], number: int) -> Answer:
    return probe.admin.open("GET", path_of(probe, rule, "GET", words | dict.fromkeys(numbers_of(rule), number)))


def _numbers(probe: Probe, tenant_id: int) -> dict[str, list[int]]:
    """A few numbers of records per table, the newest; 1 is the number of counters."""
    found = {}
    with probe.database.use(), tenant_scope(tenant_id):
        for table in (t for t in tenant_tables() if "id" in t.c):
            newest = select(table.c.id).where(table.c.tenant_id == tenant_id, table.c.id > 1).order_by(table.c.id.desc())
            found[table.name] = list(session().scalars(newest.limit(PER_TABLE)))
    return found


def remove_forgotten() -> None:
    """Remove shadows that a killed probe left behind."""
    with system_scope("isolation: shadows left behind"):
        old = select(Tenant.id).where(Tenant.slug.startswith(SHADOW), Tenant.created_at < clock.now() - STALE)
        left = list(session().scalars(old))
    for tenant_id in left:
        remove_shadow(tenant_id)
