"""Webhooks: what happens in a tenant, told to programs elsewhere. Signed, tried again, guarded against inner addresses."""

from __future__ import annotations

from core.base.i18n import _l
from core.plugin import Permission, Plugin

plugin = Plugin(
    name="webhooks",
    title=_l("事件推送"),
    core=True,
    permissions=(Permission("webhooks.hook.manage", _l("管理事件推送")),),
)
