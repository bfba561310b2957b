"""Tenants: counties and streets, the modules they have switched on, and how they come and go."""

from __future__ import annotations

from core.base.i18n import _l
from core.plugin import Permission, Plugin

plugin = Plugin(
    name="tenancy",
    title=_l("租户"),
    core=True,
    permissions=(
        Permission("tenancy.tenant.read", _l("查看租户")),
        Permission("tenancy.tenant.create", _l("开通租户")),
        Permission("tenancy.tenant.suspend", _l("停用与恢复租户")),
        Permission("tenancy.tenant.keep", _l("存档、恢复和比较租户数据")),
        Permission("tenancy.tenant.remove", _l("申请和确认注销租户")),
        Permission("tenancy.tenant.offer", _l("决定向哪些租户开放应用，查看应用的故障")),
        Permission("tenancy.plugin.read", _l("查看应用")),
        Permission("tenancy.plugin.manage", _l("启用与停用应用")),
        Permission("tenancy.plugin.leave", _l("决定本组织是否参加可选的应用")),
    ),
)
