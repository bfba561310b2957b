"""Menu entries of the admin's pages."""

from __future__ import annotations

from collections.abc import Iterable

from core.base.i18n import _l
from core.plugin import NavItem, hookimpl
from core.service import Context


@hookimpl
def nav_items(ctx: Context) -> Iterable[NavItem]:
    lists = NavItem(_l("列表维护"), "settings.all_lists", "settings.dictionary.manage", "list-ul", "manage", 51)
    return (
        *(() if ctx.may("admin.setting.manage") else (lists,)),      # who has the settings finds the lists there
        NavItem(_l("租户"), "console.index", "tenancy.tenant.read", "building", "manage", 5),
        NavItem(_l("应用"), "apps.index", "tenancy.tenant.offer", "puzzle", "manage", 8),
        NavItem(_l("应用中心"), "plugins.index", "tenancy.plugin.read", "puzzle", "manage", 10),
        NavItem(_l("参加的应用"), "plugins.taking", "tenancy.plugin.leave", "check-circle", "manage", 12),
        NavItem(_l("规则与依据"), "rules.index", "admin.rule.read", "journal-text", "manage", 40),
        NavItem(_l("单位设置"), "settings.index", "admin.setting.manage", "gear", "manage", 50),
        NavItem(_l("后台任务"), "jobs.index", "admin.job.read", "clock-history", "manage", 55),
        NavItem(_l("操作日志"), "ledgers.show", "admin.audit.read", "shield-check", "manage", 60, {"name": "admin.audit"}),
    )
