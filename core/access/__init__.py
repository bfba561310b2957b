"""Who may do what where: roles, grants on subtrees of the organisation, and the page that explains them."""

from __future__ import annotations

from core.base.i18n import _l
from core.plugin import Permission, Plugin

plugin = Plugin(
    name="access",
    title=_l("角色与授权"),
    core=True,
    permissions=(
        Permission("access.role.read", _l("查看角色与授权")),
        Permission("access.role.manage", _l("管理角色")),
        Permission("access.grant.manage", _l("授予与收回角色")),
        Permission("access.token.manage", _l("管理访问令牌")),
    ),
)
