"""Opening a tenant: the row, its roles, its plugins, its first organisation and its first admin."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select

from core.access.models import Role, RoleGrant
from core.access.roles import install_templates, roles_by_key
from core.accounts.links import ACTIVATION, make_link
from core.accounts.models import User
from core.accounts.services.standing import usable_login
from core.base.i18n import _
from core.base.ids import new_id
from core.base.pinyin import name_keys
from core.base.scope import system_scope, tenant_scope
from core.base.session import session
from core.contracts.errors import Invalid
from core.plugin import installed
from core.service import Context, TenantInfo, service, system_context

from .lifecycle import ADMIN_ROLE, admin_template, switch_on, templates_of
from .lookup import by_address
from .models import PLATFORM_SLUG, SHADOW, Tenant
from .offers import withheld_from
from .profiles import Profile, load_profile

SLUG = re.compile(r"[a-z][a-z0-9]{1,30}(-[a-z0-9]{1,20})*")
LONGEST_SLUG, LONGEST_NAME, LONGEST_HOST = 40, 80, 120
HOST = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*")


@dataclass(frozen=True, slots=True)
class NewTenant:
    """What came out: the tenant and the token of the first admin's one-time link (shown once, never stored)."""

    tenant: TenantInfo
    admin_login: str
    activation_token: str
    enabled: tuple[str, ...] = ()
    withheld: tuple[str, ...] = ()         # left out: the operators do not offer them, or what they require, to this tenant
    details: dict[str, Any] = field(default_factory=dict)


def check_slug(slug: str, *, shadow: bool = False) -> None:
    """Raise Invalid unless `slug` is a usable, free short name."""
    taken = slug in (PLATFORM_SLUG, "static", "t", "www", "api") or slug.startswith(SHADOW) != shadow
    if not SLUG.fullmatch(slug) or len(slug) > LONGEST_SLUG or taken:
        raise Invalid({"slug": [_("简称只能用小写字母、数字和短横线，以字母开头，2–40 位。")]})
    with system_scope("tenancy: is the short name free?"):
        if session().scalar(select(func.count()).select_from(Tenant).where(Tenant.slug == slug)):
            raise Invalid({"slug": [_("简称“%(slug)s”已被使用，请换一个。", slug=slug)]})


def _check(name: str, kind: str, profile: Profile, host: str | None) -> None:
    """Raise Invalid for a name, a profile or a host that cannot be this tenant's."""
    errors: dict[str, list[str]] = {}
    if not 0 < len(name.strip()) <= LONGEST_NAME:
        errors["name"] = [_("请填写单位全称，不超过 %(n)s 个字。", n=LONGEST_NAME)]
    if profile.kind != kind:
        errors["profile"] = [_("开通方案“%(name)s”不适用于这类单位，请另选。", name=profile.title)]
    if host and (len(host) > LONGEST_HOST or not HOST.fullmatch(host)):
        errors["host"] = [_("域名只写主机名，不带 http:// 和端口，例如 linshu.example.cn。")]
    elif host and by_address(host=host):
        errors["host"] = [_("域名“%(host)s”已被另一个单位使用，请核对。", host=host)]
    if errors:
        raise Invalid(errors)


def _parent(slug: str, kind: str) -> int | None:
    """The county a street names as its parent."""
    if not slug:
        return None
    found = by_address(slug=slug)
    if kind != "street" or found is None or found[0].kind != "county":
        raise Invalid({"parent": [_("只有街道可以填写所属县（区），并且该县须已开通。")]})
    return found[0].id


def create_tenant(*, slug: str, name: str, kind: str, admin_login: str, admin_name: str, profile: str = "",
                  division_code: str = "", parent_slug: str = "", plugins: tuple[str, ...] | None = None,
                  demo: bool = False, host: str | None = None, by: str = "platform") -> NewTenant:
    """Open a tenant; well under a second. Raises Invalid with a sentence per field. Leaves nothing behind on failure."""
    check_slug(slug, shadow=by == "isolation")
    chosen = load_profile(profile or kind)
    host, admin_login = (host or "").strip().lower() or None, usable_login(admin_login, "admin_login")
    _check(name, kind, chosen, host)
    row = Tenant(id=new_id(), slug=slug, name=name, kind=kind, division_code=division_code, demo=demo, host=host,
                 parent_id=_parent(parent_slug, kind), profile=chosen.name, brand=dict(chosen.brand))
    tenant = TenantInfo(row.id, slug, name, kind, parent_id=row.parent_id, brand=row.brand)
    with tenant_scope(tenant.id):
        return furnish(system_context(tenant, (), by, via="platform"), row, chosen, admin_login, admin_name, plugins)


@service("tenancy.tenant.create", action="tenancy.tenant.furnish")
def furnish(ctx: Context, row: Tenant, profile: Profile, admin_login: str, admin_name: str,
            plugins: tuple[str, ...] | None) -> NewTenant:
    """The tenant's row, roles, plugins and first admin: one transaction, so that no tenant is ever there by half."""
    session().add(row)
    session().flush()
    wanted = [each for each in (profile.plugins if plugins is None else plugins) if each in ctx.plugins.by_name]
    closed = frozenset() if row.slug.startswith(SHADOW) else withheld_from(ctx.plugins, row.slug, profile.name)
    left_out = [each for each in wanted if closed & {each, *ctx.plugins.requires_closure(each)}]
    coming = [each for each in wanted if each not in left_out]
    install_roles(ctx, profile, coming)
    admin = User(login_name=admin_login, name=admin_name, name_keys=name_keys(admin_name).initials, must_change_password=False)
    session().add(admin)
    session().flush()
    enabled: list[str] = []
    for each in coming:
        enabled += switch_on(ctx.evolve(enabled=ctx.enabled | set(enabled)), each)
    grant_role(admin.id, ADMIN_ROLE, ctx)
    for name in sorted(ctx.plugins.core):
        ctx.hooks.strict("plugin_enabled", only=name, first=True, ctx=ctx)
    token = make_link(admin.id, ACTIVATION, ctx.now())
    ctx.audit("tenant", ctx.tenant.id, ctx.tenant.name, profile=profile.name, plugins=enabled,
              **({"withheld": left_out} if left_out else {}))
    return NewTenant(ctx.tenant, admin_login, token, tuple(enabled), tuple(left_out))


def install_roles(ctx: Context, profile: Profile, coming: Iterable[str]) -> None:
    """The tenant's admin and the profile's roles, completed by what core's own modules suggest for them, then by the plugins
    that are switched on next: each role is written once, with all it gets.

    A profile that names roles names all of them; with one that names none, the modules' suggestions are the roles.
    """
    plugins, roles = ctx.plugins, roles_by_key()
    install_templates([admin_template("*"), *profile.roles], "core", plugins, existing=roles)
    named = {role.key for role in profile.roles}
    for owner in (o for o in installed().by_name.values() if o.core):
        install_templates([r for r in owner.manifest.roles if not named or r.key in named], owner.name, plugins,
                          existing=roles)
    for name in dict.fromkeys(n for each in coming for n in (*plugins.requires_closure(each), each) if n not in plugins.core):
        install_templates(templates_of(ctx, name), name, plugins, existing=roles)
    session().flush()


def grant_role(user_id: int, role_key: str, ctx: Context, *, path: str = "", org_unit_id: int | None = None) -> None:
    """Grant a role of the tenant in scope from today on (source: who opened the tenant)."""
    role = session().scalars(select(Role).where(Role.key == role_key)).one()
    session().add(RoleGrant(user_id=user_id, role_id=role.id, org_path=path, org_unit_id=org_unit_id, starts_on=ctx.today(),
                            source=_("开通时授予"), granted_by=ctx.actor.label))
