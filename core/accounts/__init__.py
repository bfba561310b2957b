"""Accounts of a tenant's staff (and, in tenant 0, of the operators): sign-in, sessions, passwords, second factor."""

from __future__ import annotations

from core.base.i18n import _l
from core.plugin import Permission, Plugin

plugin = Plugin(
    name="accounts",
    title=_l("账号"),
    summary=_l("密码要求与两步验证"),
    icon="people",
    core=True,
    settings="schemas:Settings",
    permissions=(
        Permission("accounts.user.read", _l("查看账号")),
        Permission("accounts.user.manage", _l("新建、停用账号与重置密码")),
    ),
)
