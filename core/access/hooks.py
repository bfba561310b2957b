"""Menu entries of roles and grants."""

from __future__ import annotations

from collections.abc import Iterable

from core.base.i18n import _l
from core.plugin import NavItem, hookimpl
from core.service import Context


@hookimpl
def nav_items(ctx: Context) -> Iterable[NavItem]:
    roles = NavItem(_l("角色与授权"), "access.roles", "access.role.read", "shield-lock", "manage", 30)
    if ctx.tenant.kind == "platform":             # no business records there
        return (roles,)
    return (roles, NavItem(_l("谁能看到"), "access.ask", "access.role.read", "eye", "manage", 31),
            NavItem(_l("访问令牌"), "tokens.index", "access.token.manage", "key", "manage", 32))
