"""Audit codes in plain words."""

from __future__ import annotations

from typing import Any

from core.base.i18n import _l
from core.plugin import installed

WORDS: dict[str, Any] = {
    "accounts.sign_in": _l("登录"), "accounts.sign_out": _l("退出登录"), "tenancy.tenant.furnish": _l("开通单位"),
    "tenancy.plugin.enable": _l("启用应用"), "tenancy.plugin.disable": _l("停用应用"), "admin.rule.set": _l("设置规则值"),
    "admin.rule.clear": _l("取消规则值"), "admin.setting.reset": _l("恢复默认设置"), "ledgers.export": _l("导出台账"),
    "accounts.link": _l("用一次性链接设置密码"), "accounts.proof": _l("再次验证身份"),
    "accounts.password.change": _l("修改密码"), "accounts.second_factor.on": _l("开启两步验证"),
    "accounts.second_factor.off": _l("关闭两步验证"), "accounts.second_factor.codes": _l("重新生成恢复码"),
    "accounts.me.update": _l("修改个人资料"), "accounts.session.end": _l("让一台设备退出登录"),
    "accounts.session.end_all": _l("让多台设备退出登录"), "accounts.tidy": _l("清理过期登录记录"),
    "accounts.user.create": _l("新建账号"), "accounts.user.update": _l("修改账号"), "accounts.user.disable": _l("停用账号"),
    "accounts.user.enable": _l("启用账号"), "accounts.user.reset": _l("重置密码"), "accounts.user.unlock": _l("解锁账号"),
    "accounts.user.second_factor_off": _l("取消他人的两步验证"), "accounts.user.end_sessions": _l("让账号退出登录"),
    "access.role.create": _l("新建角色"), "access.role.update": _l("修改角色"), "access.role.delete": _l("删除角色"),
    "admin.job.retry": _l("重试后台任务"), "admin.job.drop": _l("丢弃后台任务"), "admin.tidy": _l("清理过期任务和表单记录"),
    "access.grant.give": _l("授予角色"), "access.grant.end": _l("收回角色"),
}
SUBJECTS: dict[str, Any] = {
    "user": _l("账号"), "plugin": _l("应用"), "tenant": _l("单位"), "settings": _l("设置"), "rule": _l("规则"),
    "person": _l("人员"), "org_unit": _l("组织"), "ledger": _l("台账"), "import": _l("导入批次"), "role": _l("角色"),
    "job": _l("后台任务"),
}
VIA = {"html": _l("网页"), "api": _l("接口"), "cli": _l("命令行"), "job": _l("后台"), "platform": _l("运营平台")}


def action_label(code: str) -> Any:
    """What was done, in words: a known action, else the label of the permission, else the code."""
    if code in WORDS:
        return WORDS[code]
    permission = installed().permissions.get(code)
    return permission.label if permission else code


def subject_label(kind: str) -> Any:
    workflow = installed().workflows.get(kind)
    return SUBJECTS.get(kind) or (workflow.title if workflow else kind)


def via_label(via: str) -> Any:
    return VIA.get(via, via)


