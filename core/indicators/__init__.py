"""Defined measures over ledgers: value now, by organisation, over twelve months. Organisations only, never persons."""

from __future__ import annotations

from core.base.i18n import _l
from core.plugin import Plugin

plugin = Plugin(name="indicators", title=_l("指标"), core=True)
