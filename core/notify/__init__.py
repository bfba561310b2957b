"""Notices to one account (the bell) and the notice board (公告) of organisations."""

from __future__ import annotations

from core.base.i18n import _l
from core.plugin import Permission, Plugin

plugin = Plugin(
    name="notify",
    title=_l("消息与公告"),
    core=True,
    permissions=(
        Permission("notify.bulletin.write", _l("起草公告")),
        Permission("notify.bulletin.publish", _l("发布与撤下公告")),
    ),
)
