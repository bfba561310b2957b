"""What webhooks tell."""

from __future__ import annotations

from core.base.i18n import _l
from core.plugin import NoticeTemplate

PAUSED = NoticeTemplate(
    name="webhooks.paused", title=_l("事件推送自动暂停"),
    text=_l("事件推送“{name}”连续失败，已自动暂停；事件会留着，恢复后补发。"),
    values={"name": (_l("事件推送"), _l("县数据平台"))})
