"""The state of every plugin in every tenant, for the operators: names, states and versions, nothing of anybody's data."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import func, select

from core.base.engine import current_database
from core.base.scope import system_scope
from core.base.session import session
from core.plugin import Plugins

from .models import SHADOW, PluginState, Tenant


@dataclass(frozen=True, slots=True)
class Standing:
    """One plugin in one tenant that has it on, or had it on and keeps its records."""

    plugin: str
    tenant_id: int
    slug: str
    name: str
    state: str
    version: str
    since: dt.datetime


def standings(plugin: str = "") -> list[Standing]:
    """Of one plugin or all, by tenant. A row means: this tenant may keep data of it."""
    with system_scope("tenancy: plugins of all tenants"):
        wanted = (select(PluginState.plugin, Tenant.id, Tenant.slug, Tenant.name, PluginState.state, PluginState.module_version,
                         PluginState.since)
                  .join(Tenant, Tenant.id == PluginState.tenant_id).where(~Tenant.slug.startswith(SHADOW)).order_by(Tenant.slug))
        rows = session().execute(wanted.where(PluginState.plugin == plugin) if plugin else wanted).all()
        return [Standing(*row) for row in rows]


def keepers(plugin: str) -> dict[str, int]:
    """Short names of the tenants that keep something of a plugin, with the rows in its own tables: those it was ever switched on
    in, and whoever has a row, a copy that is just being restored among them.
    """
    with system_scope("tenancy: who keeps rows of a plugin?"):
        states = select(PluginState.tenant_id).where(PluginState.plugin == plugin)
        rows = dict.fromkeys(session().scalars(states), 0)
        for table in current_database().metadata.sorted_tables:
            if table.name.partition("_")[0] == plugin:
                for number, count in session().execute(select(table.c.tenant_id, func.count()).group_by(table.c.tenant_id)):
                    rows[number] = rows.get(number, 0) + count
        slugs = dict(session().execute(select(Tenant.id, Tenant.slug).where(Tenant.id.in_(rows))).all())
    return {slugs.get(number, str(number)): count for number, count in sorted(rows.items())}


def vanished(plugins: Plugins, found: Iterable[Standing] | None = None) -> dict[str, list[str]]:
    """Plugins that tenants keep data of and that are not installed here any more: name -> short names of the tenants."""
    gone: dict[str, list[str]] = {}
    for each in standings() if found is None else found:
        if each.plugin not in plugins.by_name:
            gone.setdefault(each.plugin, []).append(each.slug)
    return gone


def complaints(plugins: Plugins) -> list[str]:
    """A sentence for the log and the doctor per plugin that has vanished; everything else serves all the same."""
    return [f"plugin {name!r} is not installed, but {len(slugs)} tenant(s) keep data of it: {', '.join(slugs[:10])}. Its pages "
            f"are gone, its data is untouched. Install its distribution again; uninstall it when all of its data is purged"
            for name, slugs in sorted(vanished(plugins).items())]
