"""Switching plugins on and off for a tenant: one transaction, in force on the next request of every worker."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select, update

from core.access.roles import install_templates, suggested
from core.base.i18n import _
from core.base.scope import current_scope
from core.base.session import session
from core.contracts.errors import Conflict, Invalid, NotFound
from core.events import outbox
from core.plugin import RoleTemplate
from core.service import Context, service

from .models import ARCHIVED, DISABLED, ENABLED, PURGING, PluginState, Tenant
from .offers import withheld
from .turns import wait_for_turn

ADMIN_ROLE = "tenant_admin"


def admin_template(pattern: str) -> RoleTemplate:
    """The tenant's admin holds everything of the tenant; each plugin that is switched on adds its own."""
    return RoleTemplate(ADMIN_ROLE, _("单位管理员"), (pattern,), _("管理本单位的账号、应用和设置，可查看全部业务数据"))


def _state(plugin: str) -> PluginState | None:
    return session().scalars(select(PluginState).where(PluginState.plugin == plugin)).one_or_none()


def _decided(ctx: Context, plugin: str) -> PluginState | None:
    """What holds now, until the running transaction ends. Raises Conflict while the plugin's data is being purged."""
    wait_for_turn(ctx.tenant.id)
    state = _state(plugin)
    if state is not None and state.state == PURGING:
        raise Conflict(_("这个应用的数据正在清除，清除完成以后才能重新启用。"))
    return state


@outbox.tells_who_was_on
def was_on(plugin: str) -> bool:
    """Whether the tenant in scope ever had the plugin on: what happens while it is off is kept for it."""
    state = _state(plugin)
    return state is not None and state.state != PURGING


def with_modules_off(ctx: Context) -> Context:
    """The context with the modules that were switched off here as well: they keep their data, and persons named in it are
    merged, taken out and told about like those of the modules that are on.
    """
    kept = frozenset(session().scalars(select(PluginState.plugin))) & ctx.plugins.by_name.keys()
    return ctx.evolve(enabled=ctx.enabled | kept)


def bump_plugins_rev() -> None:
    """Make every worker re-read the enabled set of the tenant in scope on its next request."""
    session().execute(update(Tenant).where(Tenant.id == current_scope().tenant_id)
                      .values(plugins_rev=Tenant.plugins_rev + 1).execution_options(synchronize_session=False))


def templates_of(ctx: Context, plugin: str) -> list[RoleTemplate]:
    """What a plugin suggests for the roles of a tenant of this kind."""
    roles = ctx.plugins.by_name[plugin].manifest.roles
    return [admin_template(plugin + ".*"), *(role for role in roles if ctx.tenant.kind in role.audience)]


def give_rights(ctx: Context, state: PluginState) -> dict[str, list[str]]:
    """The roles gain what the installed version suggests and the one noted last did not; returns what each role gained."""
    manifest, templates = ctx.plugins.by_name[state.plugin].manifest, templates_of(ctx, state.plugin)
    gained = install_templates(templates, state.plugin, ctx.plugins, state.given or {})
    state.given, state.module_version = suggested(templates, state.plugin, ctx.plugins), manifest.version
    session().flush()
    return gained


def switch_on(ctx: Context, name: str) -> dict[str, dict[str, list[str]]]:
    """Enable `name` and what it requires, inside the running unit of work. Returns what was switched on, with the permissions
    that roles gained because its version is newer than the one that was on here before."""
    done: dict[str, dict[str, list[str]]] = {}
    for each in [*ctx.plugins.requires_closure(name), name]:
        if each in ctx.plugins.core:
            continue
        state = _decided(ctx, each)
        if state is not None and state.state == ENABLED:
            continue
        first = state is None
        if state is None:
            state = PluginState(plugin=each, state=ENABLED, since=ctx.now(), by_name=ctx.actor.label)
            session().add(state)
        else:
            state.state, state.since, state.by_name = ENABLED, ctx.now(), ctx.actor.label
        gained = give_rights(ctx, state)
        now_on = ctx.evolve(enabled=ctx.enabled | {each, *done})
        now_on.hooks.strict("plugin_enabled", only=each, first=first, ctx=now_on)
        done[each] = {} if first else gained
    if done:
        outbox.wake_up(frozenset(done))
        bump_plugins_rev()
    return done


def _optional(ctx: Context, name: str) -> None:
    owner = ctx.plugins.by_name.get(name)
    if owner is None or owner.core:
        raise NotFound(name)
    if ctx.tenant.kind not in owner.manifest.audience:
        raise Invalid({}, _("这个应用不适用于本单位的类型。"))


@service("tenancy.plugin.manage", action="tenancy.plugin.enable")
def enable_plugin(ctx: Context, name: str) -> list[str]:
    """Enable a plugin and everything it requires. Raises NotFound, Invalid (not for this kind of tenant, not offered to it)."""
    _optional(ctx, name)
    on = set(session().scalars(select(PluginState.plugin).where(PluginState.state == ENABLED)))
    if kept_back := sorted(({name, *ctx.plugins.requires_closure(name)} - on) & withheld(ctx)):
        raise Invalid({}, _("平台没有向本单位开放：%(names)s。需要使用时请联系平台运营人员。", names=_titles(ctx, kept_back)))
    done = switch_on(ctx, name)
    for each, gained in done.items():
        ctx.audit("plugin", None, each, **({"gained": gained} if gained else {}))
    return list(done)


@service("tenancy.plugin.manage", action="tenancy.plugin.disable")
def disable_plugin(ctx: Context, name: str) -> None:
    """Disable a plugin; its data is kept. Refused while another enabled plugin requires it."""
    _optional(ctx, name)
    state = _decided(ctx, name)
    if state is None or state.state not in (ENABLED, ARCHIVED):
        return
    if titles := _needing(ctx, name, ctx.enabled):
        raise Invalid({}, _("请先停用依赖它的应用：%(names)s。", names=titles))
    _rest(ctx, state, DISABLED)


@service("tenancy.plugin.manage", action="tenancy.plugin.archive")
def archive_plugin(ctx: Context, name: str) -> None:
    """Let a plugin's records be read and taken out, and nothing be changed: no job of it runs, nothing falls due.

    Enabling it again gives back exactly what was there. Raises NotFound (also one that was never on), Invalid while another
    one at work requires it.
    """
    _optional(ctx, name)
    state = _decided(ctx, name)
    if state is None:
        raise NotFound(name)
    if state.state == ARCHIVED:
        return
    if titles := _needing(ctx, name, ctx.working):
        raise Invalid({}, _("请先停用或归档依赖它的应用：%(names)s。", names=titles))
    if closed := [n for n in ctx.plugins.requires_closure(name) if n not in ctx.plugins.core and n not in ctx.enabled]:
        raise Invalid({}, _("它需要的应用没有启用：%(names)s。请先启用或归档它们。", names=_titles(ctx, closed)))
    _rest(ctx, state, ARCHIVED)


def _titles(ctx: Context, names: Iterable[str]) -> str:
    return "、".join(str(ctx.plugins.by_name[n].manifest.title) for n in names)


def _needing(ctx: Context, name: str, on: frozenset[str]) -> str:
    """Titles of those among `on` that require the plugin."""
    return _titles(ctx, [n for n in ctx.plugins.required_by(name) if n in on])


def _rest(ctx: Context, state: PluginState, to: str) -> None:
    if state.state == ENABLED:
        ctx.hooks.strict("plugin_disabled", only=state.plugin, ctx=ctx)
    state.state, state.since, state.by_name = to, ctx.now(), ctx.actor.label
    bump_plugins_rev()
    ctx.audit("plugin", None, state.plugin)
