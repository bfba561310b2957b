"""Audit codes of webhooks in plain words."""

from __future__ import annotations

from core.base.i18n import _l

ACTIONS = {
    "webhooks.hook.create": _l("新建事件推送"), "webhooks.hook.update": _l("修改事件推送"),
    "webhooks.hook.remove": _l("删除事件推送"), "webhooks.hook.exchange": _l("更换事件推送的密钥"),
    "webhooks.hook.pause": _l("暂停事件推送"), "webhooks.hook.resume": _l("恢复事件推送"),
    "webhooks.hook.test": _l("测试事件推送"), "webhooks.hook.replay": _l("重新推送"),
    "webhooks.hook.note": _l("记录推送结果"), "webhooks.hook.tidy": _l("清理推送记录"), "webhook": _l("事件推送"),
}
