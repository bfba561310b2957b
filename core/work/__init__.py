"""Work: workflows and their history, the inbox, deputies, drafts, reminders and the calendar."""

from __future__ import annotations

from core.base.i18n import _l
from core.plugin import Plugin

plugin = Plugin(name="work", title=_l("工作"), core=True)
