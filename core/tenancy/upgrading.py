"""A new version of a plugin in the tenants that have it: rights, defaults, and the version they stand at."""

from __future__ import annotations

from sqlalchemy import select

from core.base.scope import tenant_scope
from core.base.session import session
from core.plugin import Plugins
from core.service import Context, service, system_context

from .everywhere import Standing, standings
from .lifecycle import give_rights
from .lookup import by_id, enabled_plugins
from .models import ACTIVE, ARCHIVED, ENABLED, PluginState


def behind(plugins: Plugins, plugin: str = "") -> list[Standing]:
    """Where a plugin stands at another version than the one installed (those switched off catch up when switched on)."""
    return [each for each in standings(plugin) if each.plugin in plugins.by_name and each.state in (ENABLED, ARCHIVED)
            and each.version != plugins.by_name[each.plugin].manifest.version]


def catch_up(plugins: Plugins, plugin: str = "") -> tuple[list[Standing], list[Standing]]:
    """Bring the tenants that are behind to the installed version, each in a transaction of its own.

    Returns (done, left): left are tenants that take no changes now (read-only, suspended); they are done at the next call.
    """
    done, left = [], []
    for each in behind(plugins, plugin):
        found = by_id(each.tenant_id)
        if found is None or found[0].status != ACTIVE:
            left.append(each)
            continue
        with tenant_scope(each.tenant_id):
            on = enabled_plugins(each.tenant_id, found[1])
            note_version(system_context(found[0], on, "juheli plugin upgrade", "cli"), each.plugin)
        done.append(each)
    return done, left


@service("tenancy.plugin.manage", action="tenancy.plugin.upgrade")
def note_version(ctx: Context, name: str) -> None:
    """The roles gain what only the new version suggests, its defaults are made (the hook is idempotent), the version is noted."""
    state = session().scalars(select(PluginState).where(PluginState.plugin == name)).one()
    before, gained = state.module_version, give_rights(ctx, state)
    if state.state == ENABLED:
        ctx.hooks.strict("plugin_enabled", only=name, first=False, ctx=ctx)
    ctx.audit("plugin", None, name, before=before, version=state.module_version, gained=gained)
