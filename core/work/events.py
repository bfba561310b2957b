"""What may be told outside of the inbox. Steps of workflows need no declaration here: every workflow has its own kind."""

from __future__ import annotations

from core.base.i18n import _l
from core.contracts.events import WorkHandedOver
from core.plugin import EventKind, Fact

handed_over = EventKind(
    name="work.item.handed_over", title=_l("待办已转交"), of=WorkHandedOver,
    facts=(Fact("item_id", _l("待办")), Fact("user_id", _l("接办的账号"))))
