"""What the plugin page shows: every installed plugin, its state here, what it keeps and what switching it does."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select

from core.admin.impact import Impact, Suggestion, impact_of, suggestions, switched_with
from core.admin.picture import Picture, around, draw
from core.base.db import Base
from core.base.i18n import _, _l
from core.base.session import session
from core.contracts.errors import NotFound
from core.plugin import PersonalField, Plugin
from core.rules import catalog, rule
from core.rules.units import unit_label
from core.service import Context, service
from core.tenancy.models import PluginState
from core.tenancy.offers import withheld

KEPT = {
    "membership": _l("党员登记期间"), "pairing": _l("结对期间"), "after close": _l("办结后"),
}
TIME = re.compile(r"(\d+) (years?|months|days)")


def kept_for(keep: str) -> str:
    """How long a personal field is kept, in the reader's words; "membership + 3 years", "10 years" or the key of a rule."""
    if keep in catalog():
        found = rule(keep)
        return _("%(n)s %(unit)s", n=found.value, unit=unit_label(found.unit))
    time = TIME.search(keep)
    number = _("%(n)s %(unit)s", n=time[1], unit=unit_label(time[2].rstrip("s") + "s")) if time else keep
    since = next((words for name, words in KEPT.items() if name in keep), None)
    if since is None:
        return str(number)
    if "+" in keep:
        return _("%(since)s及之后 %(time)s", since=since, time=number)
    return _("%(since)s %(time)s", since=since, time=number)


@dataclass(frozen=True, slots=True)
class Entry:
    """One plugin as this tenant sees it.

    requires  what is switched on with it and is not on yet; `needs`: all that it requires, on or not
    records   rows it keeps here, by table
    archived  enabled, but only to be read
    kept      it was on once: it can be archived, so that its records can be read
    """

    manifest: Plugin
    personal_data: tuple[PersonalField, ...]
    enabled: bool
    archived: bool
    kept: bool
    fits: bool
    offered: bool
    requires: tuple[Plugin, ...] = ()
    needs: tuple[Plugin, ...] = ()
    required_by: tuple[Plugin, ...] = ()
    records: dict[str, int] = field(default_factory=dict)
    since: Any = None
    by_name: str = ""
    configurable: bool = False
    impact: Impact | None = None
    suggested: tuple[Suggestion, ...] = ()
    exported_at: Any = None
    may_leave: bool = False
    picture: Picture | None = None


def _records(module: str) -> dict[str, int]:
    """Rows per table of one plugin in the tenant in scope."""
    tables = [t for t in Base.metadata.sorted_tables if t.name.startswith(module + "_") and "tenant_id" in t.c]
    scope = session().info["scope"].tenant_id
    return {t.name: session().scalar(select(func.count()).select_from(t).where(t.c.tenant_id == scope)) or 0 for t in tables}


def _entry(ctx: Context, name: str, states: dict[str, PluginState], closed: frozenset[str], *, detail: bool) -> Entry:
    plugins = ctx.plugins
    manifest = plugins.by_name[name].manifest
    state = states.get(name)
    return Entry(
        manifest, plugins.by_name[name].personal_data, name in ctx.enabled, name in ctx.archived, state is not None,
        ctx.tenant.kind in manifest.audience,
        name not in closed,
        tuple(plugins.by_name[n].manifest for n in switched_with(ctx, name) if n != name),
        tuple(plugins.by_name[n].manifest for n in plugins.requires_closure(name) if n not in plugins.core),
        tuple(plugins.by_name[n].manifest for n in plugins.required_by(name) if n in ctx.enabled),
        _records(name) if detail and state is not None else {},
        state.since if state else None, state.by_name if state else "", bool(manifest.settings),
        impact_of(ctx, name) if detail else None, tuple(suggestions(ctx, name)) if detail else (),
        state.exported_at if state and state.exported_at and state.exported_at >= state.since else None,
        may_leave=bool(state and state.may_leave),
        picture=picture_of(ctx, [n for n in around(plugins, name) if n in shown(ctx, states, closed)]) if detail else None,
    )


def picture_of(ctx: Context, names: Iterable[str]) -> Picture:
    """These plugins with their states here."""
    states = {n: _("已归档") if n in ctx.archived else _("已启用") if n in ctx.enabled else _("未启用")
              for n in ctx.plugins.optional}
    return draw(ctx.plugins, names, {n: (words, n in ctx.working) for n, words in states.items()})


def _states() -> dict[str, PluginState]:
    return {s.plugin: s for s in session().scalars(select(PluginState)).all()}


@service("tenancy.plugin.read", writes=False)
def catalogue(ctx: Context) -> list[Entry]:
    """The plugins this tenant has to do with, in dependency order."""
    states, closed = _states(), withheld(ctx)
    return [_entry(ctx, name, states, closed, detail=False) for name in shown(ctx, states, closed)]


def shown(ctx: Context, states: Iterable[str], closed: frozenset[str]) -> list[str]:
    """What is offered to the tenant, and what it has or had on."""
    return [name for name in ctx.plugins.optional if name not in closed or name in {*states}]


@service("tenancy.plugin.read", writes=False)
def overview(ctx: Context) -> Picture:
    """All installed plugins and what they have to do with each other."""
    return picture_of(ctx, shown(ctx, _states(), withheld(ctx)))


@service("tenancy.plugin.read", writes=False)
def catalogue_entry(ctx: Context, name: str) -> Entry:
    """One plugin with the rows it keeps here. Raises NotFound."""
    states, closed = _states(), withheld(ctx)
    if name not in shown(ctx, states, closed):
        raise NotFound(name)
    return _entry(ctx, name, states, closed, detail=True)
