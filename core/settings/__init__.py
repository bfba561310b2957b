"""Settings of a tenant: lists (dictionaries), settings of modules, brand."""

from __future__ import annotations

from core.base.i18n import _l
from core.plugin import Permission, Plugin

plugin = Plugin(
    name="settings",
    title=_l("设置"),
    icon="gear",
    core=True,
    permissions=(Permission("settings.dictionary.manage", _l("维护列表（分类、学历、职务等）")),),
)
