"""Communities that take no part in a plugin the tenant has on: who may decide it, and what is decided.

The tenant's admin says of a plugin whether communities may leave it. Where they may, whoever holds `tenancy.plugin.leave` on a
community decides for it. Nothing is deleted: rights on the plugin there rest, its records are left out of ledgers and figures,
nothing falls due; coming back undoes all of it.
"""

from __future__ import annotations

from sqlalchemy import func, select

from core.base.i18n import _
from core.base.session import session
from core.contracts.errors import Clash, Invalid, NotFound
from core.people.models import OrgUnit
from core.service import Context, service
from core.tenancy.lifecycle import bump_plugins_rev
from core.tenancy.models import PluginLeave, PluginState
from core.work.inbox import below, holds
from core.work.models import WAITING, WorkItem

MAY, COMMUNITY = "tenancy.plugin.leave", "community"


@service("tenancy.plugin.manage", action="tenancy.plugin.optional")
def set_optional(ctx: Context, name: str, *, optional: bool) -> int:
    """Say whether communities may leave a plugin; when not (any more), those that had left take part again. How many did.

    Raises NotFound for a plugin that is not on.
    """
    state = session().scalars(select(PluginState).where(PluginState.plugin == name)).one_or_none()
    if state is None or name not in ctx.enabled:
        raise NotFound(name)
    state.may_leave = optional
    left = [] if optional else list(session().scalars(select(PluginLeave).where(PluginLeave.plugin == name)).all())
    for each in left:
        session().delete(each)
    bump_plugins_rev()
    ctx.audit("plugin", None, name, optional=optional, came_back=len(left))
    return len(left)


@service(MAY, writes=False)
def optional_plugins(ctx: Context) -> list[tuple[str, str]]:
    """(name, title) of the plugins communities may leave here."""
    names = set(session().scalars(select(PluginState.plugin).where(PluginState.may_leave.is_(True)))) & ctx.enabled
    return [(name, str(ctx.plugins.by_name[name].manifest.title)) for name in ctx.plugins.optional if name in names]


@service(MAY, writes=False)
def communities(ctx: Context) -> list[OrgUnit]:
    """The communities the actor may decide for."""
    wanted = select(OrgUnit).where(OrgUnit.unit_kind == COMMUNITY, OrgUnit.status == "active").order_by(OrgUnit.path)
    return [unit for unit in session().scalars(wanted) if ctx.may(MAY, unit.path)]


@service(MAY, writes=False)
def still_open(ctx: Context, most: int = 20) -> list[tuple[str, str, int, list[str]]]:
    """What waits in the actor's communities, by optional plugin: (title, community, how many, the first that he may see)."""
    titles = dict(optional_plugins(ctx))
    found = []
    for unit in communities(ctx):
        for name, title in titles.items():
            if not ctx.takes_part(name, unit.path):
                continue
            here = (WorkItem.source == name, WorkItem.state.in_(WAITING), below(WorkItem.org_path, unit.path))
            if number := session().scalar(select(func.count()).select_from(WorkItem).where(*here)):
                told = select(WorkItem.subject).where(*here, holds(ctx)).order_by(WorkItem.due_on, WorkItem.id).limit(most)
                found.append((title, unit.short_name, number, list(session().scalars(told))))
    return found


@service(MAY, writes=False)
def leaves(ctx: Context) -> list[tuple[PluginLeave, str, str]]:
    """What was decided in the actor's subtrees: (decision, title of the plugin, name of the unit)."""
    here = (OrgUnit.tenant_id == PluginLeave.tenant_id) & (OrgUnit.id == PluginLeave.org_unit_id)
    wanted = select(PluginLeave, OrgUnit.short_name).join(OrgUnit, here)
    found = session().execute(wanted.order_by(PluginLeave.org_path, PluginLeave.plugin))
    known = ctx.plugins.by_name
    return [(row[0], str(known[row[0].plugin].manifest.title), row[1]) for row in found if row[0].plugin in known]


@service(MAY, action="tenancy.plugin.leave")
def leave(ctx: Context, *, plugin: str, org_id: int, reason: str) -> PluginLeave:
    """A community takes no part from now on. Raises NotFound, Invalid (not optional, no community), Clash (it has left)."""
    unit = ctx.get(OrgUnit, org_id)
    ctx.require(MAY, unit.path)
    problems = {}
    if plugin not in dict(optional_plugins(ctx)):
        problems["plugin"] = [_("单位管理员没有把这个应用设为可选，不能不参加。")]
    if unit.unit_kind != COMMUNITY:
        problems["org_id"] = [_("只有社区可以决定不参加，下面的支部随社区。")]
    if not reason.strip():
        problems["reason"] = [_("请写明原因。")]
    if problems:
        raise Invalid(problems)
    if session().scalar(select(PluginLeave.id).where(PluginLeave.plugin == plugin, PluginLeave.org_unit_id == unit.id)):
        raise Clash(_("这个社区已经不参加这个应用。"))
    made = PluginLeave(plugin=plugin, org_unit_id=unit.id, org_path=unit.path, reason=reason.strip()[:200], since=ctx.now(),
                       by_name=ctx.actor.label)
    session().add(made)
    session().flush()
    bump_plugins_rev()
    ctx.audit("org_unit", unit.id, unit.name, plugin=plugin, reason=made.reason)
    return made


@service(MAY, action="tenancy.plugin.come_back")
def come_back(ctx: Context, leave_id: int) -> None:
    """It takes part again; everything is as it was. Raises NotFound."""
    made = ctx.get(PluginLeave, leave_id)
    ctx.require(MAY, made.org_path)
    session().delete(made)
    bump_plugins_rev()
    ctx.audit("org_unit", made.org_unit_id, "", plugin=made.plugin)
