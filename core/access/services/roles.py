"""Roles of a unit: bundles of permissions with a name. Nobody puts into a role what he does not hold himself."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import func, select

from core.base.i18n import _
from core.base.ids import new_id
from core.base.session import session
from core.contracts.errors import Invalid
from core.plugin import Plugins, RoleTemplate
from core.service import Context, service
from core.tenancy.lifecycle import ADMIN_ROLE, admin_template
from core.tenancy.models import PLATFORM
from core.tenancy.platform import OPERATOR, PERMISSIONS
from core.tenancy.profiles import profiles

from ..holdings import uncovered
from ..keepers import a_keeper_stays
from ..models import Role, RoleGrant
from ..roles import PLATFORM_ONLY, expand


@dataclass(frozen=True, slots=True)
class Offered:
    """A permission as the page of a role shows it. `dormant`: its module is off here; `held`: the reader may give it."""

    name: str
    label: str
    sensitive: bool
    dormant: bool
    chosen: bool
    held: bool


@dataclass(frozen=True, slots=True)
class Difference:
    """How a role differs from the template it came from; names of permissions."""

    missing: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    known: bool = False


@service("access.role.read", writes=False)
def list_roles(ctx: Context) -> list[tuple[Role, int]]:
    """All roles with the number of grants in force, by name."""
    counted = dict(session().execute(
        select(RoleGrant.role_id, func.count()).where(
            RoleGrant.in_force(ctx.today())).group_by(RoleGrant.role_id)).all())  # type: ignore[arg-type]
    roles = session().scalars(select(Role).order_by(Role.label)).all()
    return [(role, counted.get(role.id, 0)) for role in roles]


@service("access.role.read", writes=False)
def get_role(ctx: Context, role_id: int) -> Role:
    """Raises NotFound."""
    return ctx.get(Role, role_id)


def offered(ctx: Context, chosen: Iterable[str]) -> list[tuple[str, list[Offered]]]:
    """Every permission this unit can know, by module: (title of the module, permissions)."""
    picked = set(chosen)
    refused = set(uncovered(ctx, ctx.plugins.permissions, ""))
    groups = []
    for module, owner in ctx.plugins.by_name.items():
        off = not ctx.plugins.active(module + ".x", ctx.enabled)
        entries = [Offered(p.name, str(p.label), p.sensitive, off, p.name in picked, p.name not in refused)
                   for p in owner.manifest.permissions if _belongs(p.name, ctx) or p.name in picked]
        if entries:
            groups.append((str(owner.manifest.title), entries))
    return groups


def _belongs(name: str, ctx: Context) -> bool:
    return ctx.tenant.id == PLATFORM or not name.startswith(PLATFORM_ONLY)


@service("access.role.manage", action="access.role.create")
def create_role(ctx: Context, *, label: str, note: str, permissions: Iterable[str], needs_totp: bool) -> Role:
    """A role of the unit's own. Raises Invalid, Forbidden (roles belong to the whole unit)."""
    ctx.require("access.role.manage", "")
    _free(label, None)
    wanted = _checked(ctx, set(permissions), frozenset())
    role = Role(key=f"own_{new_id()}", label=label, note=note, permissions=wanted, needs_totp=needs_totp, source="own")
    session().add(role)
    session().flush()
    ctx.audit("role", role.id, role.label, permissions=wanted, needs_totp=needs_totp)
    return role


@service("access.role.manage", action="access.role.update")
def update_role(ctx: Context, role_id: int, *, version: int | None, label: str, note: str, permissions: Iterable[str],
                needs_totp: bool) -> Role:
    """Change a role; everybody who holds it has the new permissions with the next click. Raises Invalid, Forbidden, Conflict.

    Permissions of modules that are off stay as they are: the page does not offer them.
    """
    ctx.require("access.role.manage", "")
    role = ctx.get(Role, role_id)
    ctx.check_version(role, version)
    _free(label, role)
    before = frozenset(role.permissions)
    dormant = {name for name in before if not ctx.plugins.active(name, ctx.enabled)}
    with a_keeper_stays():
        role.permissions = _checked(ctx, set(permissions) | dormant, before)
        changes = {"label": [role.label, label], "note": [role.note, note], "needs_totp": [role.needs_totp, needs_totp]}
        role.label, role.note, role.needs_totp = label, note, needs_totp
    now = set(role.permissions)
    ctx.audit("role", role.id, role.label, changes={k: v for k, v in changes.items() if v[0] != v[1]},
              gained=sorted(now - before), lost=sorted(before - now))
    return role


@service("access.role.manage", action="access.role.delete")
def delete_role(ctx: Context, role_id: int, *, version: int | None = None) -> None:
    """Remove a role nobody ever held. Raises Invalid otherwise: the grants of the past still name it."""
    ctx.require("access.role.manage", "")
    role = ctx.get(Role, role_id)
    ctx.check_version(role, version)
    if session().scalar(select(func.count()).select_from(RoleGrant).where(RoleGrant.role_id == role.id)):
        raise Invalid({}, _("这个角色授予过账号，不能删除；请收回授权，并清空它的权限。"))
    ctx.audit("role", role.id, role.label)
    session().delete(role)


def _free(label: str, role: Role | None) -> None:
    taken = session().scalars(select(Role).where(Role.label == label)).first()
    if taken is not None and (role is None or taken.id != role.id):
        raise Invalid({"label": [_("已有名为“%(name)s”的角色，请换一个名称。", name=label)]})


def _checked(ctx: Context, wanted: set[str], before: frozenset[str]) -> list[str]:
    """The permissions to keep. Raises Invalid for unknown ones and for new ones the actor does not hold on the whole unit."""
    gained = wanted - before
    unknown = [name for name in sorted(gained) if name not in ctx.plugins.permissions]
    if unknown:
        raise Invalid({"permissions": [_("没有这项权限：%(names)s", names="、".join(unknown)[:200])]})
    if refused := uncovered(ctx, gained, ""):
        raise Invalid({"permissions": [_("您自己没有（或没有覆盖全单位）的权限，不能放进角色：%(names)s",
                                         names=labels(ctx.plugins, refused))]})
    return sorted(wanted)


def labels(plugins: Plugins, names: Iterable[str]) -> str:
    """Labels of permissions in one line."""
    return "、".join(str(plugins.permissions[n].label) if n in plugins.permissions else n for n in names)


def compared(ctx: Context, role: Role) -> Difference:
    """A role beside the templates of its key (core's, the profiles', the modules')."""
    known = [t for t in _templates(ctx) if t.key == role.key]
    if not known:
        return Difference()
    wanted = {name for template in known for name in expand(template.permissions, ctx.plugins)
              if _belongs(name, ctx)}
    held = set(role.permissions)
    return Difference(tuple(sorted(wanted - held)), tuple(sorted(held - wanted)), known=True)


def _templates(ctx: Context) -> list[RoleTemplate]:
    found = [template for owner in ctx.plugins.by_name.values() for template in owner.manifest.roles]
    if ctx.tenant.id == PLATFORM:
        return [*found, RoleTemplate(OPERATOR, "", PERMISSIONS)]
    mine = [template for profile in profiles() if profile.kind == ctx.tenant.kind for template in profile.roles]
    return [*found, *mine, RoleTemplate(ADMIN_ROLE, "", admin_template("*").permissions)]
