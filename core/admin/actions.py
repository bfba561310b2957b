"""Audit codes in plain words: those of core; a plugin has its own `actions.py`."""

from __future__ import annotations

from typing import Any

from core.base.i18n import _l
from core.plugin import installed

ACTIONS: dict[str, Any] = {
    "accounts.sign_in": _l("登录"), "accounts.sign_out": _l("退出登录"), "accounts.link": _l("用一次性链接设置密码"),
    "accounts.proof": _l("再次验证身份"), "accounts.password.change": _l("修改密码"),
    "accounts.second_factor.on": _l("开启两步验证"), "accounts.second_factor.off": _l("关闭两步验证"),
    "accounts.second_factor.codes": _l("重新生成恢复码"), "accounts.me.update": _l("修改个人资料"),
    "accounts.session.end": _l("让一台设备退出登录"), "accounts.session.end_all": _l("让多台设备退出登录"),
    "accounts.tidy": _l("清理过期登录记录"), "accounts.user.create": _l("新建账号"), "accounts.user.update": _l("修改账号"),
    "accounts.user.disable": _l("停用账号"), "accounts.user.enable": _l("启用账号"), "accounts.user.reset": _l("重置密码"),
    "accounts.user.unlock": _l("解锁账号"), "accounts.user.second_factor_off": _l("取消他人的两步验证"),
    "accounts.user.end_sessions": _l("让账号退出登录"),
    "access.role.create": _l("新建角色"), "access.role.update": _l("修改角色"), "access.role.delete": _l("删除角色"),
    "admin.job.retry": _l("重试后台任务"), "admin.job.drop": _l("丢弃后台任务"), "admin.tidy": _l("清理过期任务和表单记录"),
    "access.grant.give": _l("授予角色"), "access.grant.end": _l("收回角色"),
    "access.token.make": _l("发放访问令牌"), "access.token.exchange": _l("换发访问令牌"),
    "access.token.revoke": _l("作废访问令牌"),
    "admin.rule.set": _l("设置规则值"), "admin.rule.clear": _l("取消规则值"), "admin.setting.reset": _l("恢复默认设置"),
    "admin.setting.undo": _l("撤销一次设置修改"),
    "custody.archive.ask": _l("申请导出本单位全部数据"), "custody.archive.make": _l("导出单位全部数据"),
    "custody.arrival": _l("导入单位"), "custody.copy.make": _l("恢复出单位副本"), "custody.copy.drop": _l("删除单位副本"),
    "custody.copy.take_place": _l("用副本代替单位"), "custody.act": _l("平台处理本单位数据"),
    "custody.job": _l("安排数据保管任务"), "custody.removal.ask": _l("申请注销单位"), "custody.purge.ask": _l("申请清除应用数据"),
    "custody.removal.confirm": _l("确认注销单位"), "custody.removal.withdraw": _l("撤回注销申请"),
    "custody.removal.begin": _l("开始删除单位数据"), "custody.removal.count": _l("清点要删除的数据"),
    "custody.removal.certify": _l("出具注销证明"),
    "demo.load": _l("装入演示数据"), "demo.community": _l("装入演示社区"),
    "files.file.keep": _l("保存文件"), "files.file.clear": _l("清理过期文件"),
    "imports.batch.upload": _l("上传导入文件"), "imports.batch.choose_sheet": _l("选择导入的工作表"),
    "imports.batch.map": _l("确认导入列对应"), "imports.batch.check": _l("开始检查导入数据"),
    "imports.batch.stage": _l("暂存导入数据"), "imports.batch.checked": _l("完成检查导入数据"),
    "imports.batch.stopped": _l("导入中断"), "imports.batch.download": _l("下载未导入的行"),
    "imports.batch.commit": _l("确认导入"), "imports.batch.write": _l("写入导入数据"), "imports.batch.done": _l("导入完成"),
    "imports.batch.undo": _l("申请撤销导入"), "imports.batch.take_back": _l("撤销导入的数据"),
    "imports.batch.undone": _l("撤销导入完成"), "imports.batch.discard": _l("放弃导入"),
    "imports.batch.undo_stopped": _l("撤销导入中断"), "imports.batch.expire": _l("清理过期的导入数据"),
    "indicators.value.keep": _l("记录当日指标"),
    "ledgers.export": _l("导出台账"), "ledgers.export.queue": _l("申请后台导出台账"), "ledgers.view.save": _l("保存台账视图"),
    "ledgers.view.rename": _l("台账视图改名"), "ledgers.view.delete": _l("删除台账视图"),
    "ledgers.columns.choose": _l("选择显示的列"),
    "notify.bulletin.draft": _l("起草公告"), "notify.bulletin.change": _l("修改公告草稿"), "notify.notice.send": _l("发送消息"),
    "notify.feedback.send": _l("提出意见建议或投诉"),
    "notify.notice.read": _l("阅读消息"), "notify.notice.read_all": _l("全部消息标为已读"),
    "notify.notice.tidy": _l("清理旧消息"),
    "people.check.open": _l("生成动态维护核验单"), "people.org.root": _l("设定单位根组织"),
    "people.person.unmerge": _l("撤销人员合并"),
    "people.person.held": _l("查看本人全部信息"), "people.term.mark": _l("标记即将届满的组织"),
    "settings.dictionary.order": _l("调整列表顺序"), "settings.dictionary.reset": _l("列表恢复默认"),
    "tenancy.tenant.furnish": _l("开通单位"), "tenancy.tenant.resume": _l("恢复使用"),
    "tenancy.plugin.enable": _l("启用应用"), "tenancy.plugin.disable": _l("停用应用"),
    "tenancy.plugin.archive": _l("归档应用"),
    "tenancy.plugin.offer": _l("决定向谁开放应用"), "tenancy.plugin.upgrade": _l("升级应用"),
    "tenancy.plugin.optional": _l("设定社区可否不参加应用"), "tenancy.plugin.come_back": _l("恢复参加应用"),
    "tenancy.onboarding.save": _l("填写开通资料"), "tenancy.onboarding.tree": _l("录入组织架构"),
    "work.step.make": _l("办理流程步骤"), "work.time_step": _l("到期自动流转"), "work.reminder": _l("生成和清理提醒"),
    "work.item.take_up": _l("接办待办"), "work.item.take_back": _l("收回待办"), "work.item.hand_over": _l("转办待办"),
    "work.item.release": _l("放回无人能办的待办"),
    "work.item.settle": _l("办结提醒"), "work.deputy.name": _l("指定代办人"), "work.deputy.end": _l("结束代办"),
    "work.draft.save": _l("暂存草稿"), "work.draft.drop": _l("丢弃草稿"), "work.draft.tidy": _l("清理旧草稿"),
    "work.feed.make": _l("新建日历订阅"), "work.feed.revoke": _l("停用日历订阅"),
}
SUBJECTS: dict[str, Any] = {
    "user": _l("账号"), "plugin": _l("应用"), "tenant": _l("单位"), "settings": _l("设置"), "rule": _l("规则"),
    "person": _l("人员"), "org_unit": _l("组织"), "ledger": _l("台账"), "import": _l("导入批次"), "role": _l("角色"),
    "job": _l("后台任务"), "access_token": _l("访问令牌"),
    "dictionary": _l("列表项"), "file": _l("文件"), "grid": _l("网格"), "indicator": _l("指标"), "ledger_view": _l("台账视图"),
    "onboarding": _l("开通资料"), "post": _l("任职"), "registry_check": _l("核验单"), "work.deputy": _l("代办"),
    "work.feed": _l("日历订阅"), "demo": _l("演示数据"), "demo_batch": _l("演示数据"),
}
ACTORS: dict[str, Any] = {"": _l("访客"), "system": _l("系统"), "demo": _l("演示数据"), "platform": _l("运营平台")}
VIA = {"html": _l("网页"), "api": _l("接口"), "cli": _l("命令行"), "job": _l("后台"), "platform": _l("运营平台")}


def action_label(code: str) -> Any:
    """What was done, in words: a known action, else what its module calls it, else its permission's label, else the code."""
    if code in ACTIONS:
        return ACTIONS[code]
    owner = installed().by_name.get(code.split(".", 1)[0])
    if owner and code in owner.actions:
        return owner.actions[code]
    permission = installed().permissions.get(code)
    return permission.label if permission else code


def subject_label(kind: str) -> Any:
    """What kind of thing it was done to: a record of a workflow, the round of a reminder, or a module's own kind."""
    if kind in SUBJECTS:
        return SUBJECTS[kind]
    owner = installed().by_name.get(kind.replace("_", ".").split(".", 1)[0])
    if owner and kind in owner.actions:
        return owner.actions[kind]
    declared = installed().workflows.get(kind) or installed().reminders.get(kind)
    return declared.title if declared else kind


def actor_label(name: str) -> Any:
    """The account's name; work of the house itself in the reader's language."""
    return ACTORS.get(name, name)


def via_label(via: str) -> Any:
    return VIA.get(via, via)
