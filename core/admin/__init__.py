"""The tenant admin's pages: plugins, settings, rules, the audit record, background work."""

from __future__ import annotations

from core.base.i18n import _l
from core.plugin import Permission, Plugin

plugin = Plugin(
    name="admin",
    title=_l("管理"),
    core=True,
    permissions=(
        Permission("admin.audit.read", _l("查看操作日志")),
        Permission("admin.audit.verify", _l("校验操作日志")),
        Permission("admin.rule.read", _l("查看规则与依据")),
        Permission("admin.rule.manage", _l("设置本单位的规则值")),
        Permission("admin.setting.manage", _l("修改应用设置")),
        Permission("admin.job.read", _l("查看后台任务")),
        Permission("admin.job.manage", _l("重试或丢弃失败的后台任务")),
    ),
)
