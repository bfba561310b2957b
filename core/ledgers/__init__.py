"""Registers (台账) from their declarations: list page, saved views, print, export."""

from __future__ import annotations

from core.base.i18n import _l
from core.plugin import Permission, Plugin

plugin = Plugin(
    name="ledgers",
    title=_l("台账"),
    core=True,
    permissions=(
        Permission("ledgers.view.share", _l("把台账视图共享给本单位")),
    ),
)
