"""Audit codes of notices in plain words."""

from __future__ import annotations

from core.base.i18n import _l

ACTIONS = {
    "notify.wording.save": _l("修改通知用语"),
    "notify.wording.reset": _l("通知用语恢复默认"), "notify_wording": _l("通知用语")}
