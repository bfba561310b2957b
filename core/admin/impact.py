"""What switching a plugin on or off means here, told before it is done."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select

from core.access.models import Role, RoleGrant
from core.access.roles import meant
from core.base.i18n import _
from core.base.session import session
from core.events.outbox import parked_for
from core.jobs.models import QUEUED, Job, is_open
from core.plugin import NavItem
from core.service import Context
from core.work.models import WAITING, WorkItem


@dataclass(frozen=True, slots=True)
class Impact:
    """Counts are of the tenant in scope.

    menus    its entries of the side menu
    ledgers  its ledgers
    roles    roles that get or lose its pages, with the number of accounts that hold each now
    todos    its open items of the inbox: hidden while it is off
    jobs     its jobs that wait: they rest while it is off
    parked   events kept for it: delivered when it is on again
    """

    menus: tuple[str, ...]
    ledgers: tuple[str, ...]
    roles: tuple[tuple[str, int], ...]
    todos: int
    jobs: int
    parked: int


def impact_of(ctx: Context, name: str) -> Impact:
    """What changes when the plugin is switched, together with what it requires."""
    switched = switched_with(ctx, name)
    seen = ctx.evolve(enabled=frozenset(ctx.enabled | {*switched}), all_powers=True)
    menus = [c.value.label for c in seen.collect("nav_items") if c.plugin in switched and isinstance(c.value, NavItem)]
    ledgers = [x.title for each in switched for x in ctx.plugins.by_name[each].ledgers]
    todos = select(func.count()).select_from(WorkItem).where(WorkItem.source == name, WorkItem.state.in_(WAITING))
    jobs = select(func.count()).select_from(Job).where(
        is_open, Job.status == QUEUED, Job.name.startswith(name + ".", autoescape=True))
    return Impact(tuple(map(str, menus)), tuple(map(str, ledgers)), _roles(ctx, name),
                  session().scalar(todos) or 0, session().scalar(jobs) or 0, parked_for(name))


def switched_with(ctx: Context, name: str) -> list[str]:
    """What is switched together with the plugin: going on, it takes along what it requires and is not on yet."""
    if name in ctx.enabled:
        return [name]
    return [*(n for n in ctx.plugins.requires_closure(name) if n not in ctx.enabled and n not in ctx.plugins.core), name]


def _roles(ctx: Context, name: str) -> tuple[tuple[str, int], ...]:
    """Roles with permissions of the plugin, and the suggested ones that would get some."""
    suggested = {role.key: str(role.label) for role in ctx.plugins.by_name[name].manifest.roles
                 if ctx.tenant.kind in role.audience}
    held = (select(func.count(RoleGrant.user_id.distinct()))
            .where(RoleGrant.tenant_id == Role.tenant_id, RoleGrant.role_id == Role.id, RoleGrant.in_force(ctx.today()))
            .correlate(Role).scalar_subquery())
    found = {}
    for role, people in session().execute(select(Role, held).order_by(Role.label)):
        if role.key in suggested or any(p.startswith(name + ".") for p in role.permissions):
            suggested.pop(role.key, None)
            found[role.label] = people
    return tuple([*found.items(), *((label, 0) for label in suggested.values())])


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A role the plugin suggests: its own permissions in it and those of others, in words, and whether a role of that key is
    here already (then it gains only the plugin's own).
    """

    label: str
    note: str
    may: tuple[str, ...]
    foreign: tuple[str, ...]
    exists: bool


def _foreign(ctx: Context, permission: str) -> str:
    """A permission of another module, with the name of that."""
    owner = ctx.plugins.by_name[ctx.plugins.owner_of(permission)].manifest
    return _("%(module)s：%(label)s", module=owner.title, label=ctx.plugins.permissions[permission].label)


def suggestions(ctx: Context, name: str) -> list[Suggestion]:
    """The roles a plugin suggests for this kind of tenant."""
    known = set(session().scalars(select(Role.key)))
    found = []
    for role in ctx.plugins.by_name[name].manifest.roles:
        if ctx.tenant.kind in role.audience:
            named = meant(role, name, ctx.plugins)
            may = tuple(str(ctx.plugins.permissions[n].label) for n in named if ctx.plugins.owner_of(n) == name)
            others = () if role.key in known else tuple(_foreign(ctx, n) for n in named if ctx.plugins.owner_of(n) != name)
            found.append(Suggestion(str(role.label), str(role.note), may, others, role.key in known))
    return found
