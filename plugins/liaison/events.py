"""What may be told outside of contact with mobile members."""

from __future__ import annotations

from core.base.i18n import _l
from core.contracts.events import LearningHoursEarned
from core.plugin import EventKind, Fact

hours_earned = EventKind(
    name="liaison.hours.earned", title=_l("返乡教育、党课等签到已确认"), of=LearningHoursEarned,
    facts=(Fact("person_id", _l("人员")), Fact("on", _l("日期"), "date"), Fact("minutes", _l("分钟"), "count"),
           Fact("source", _l("来源种类"), "code"), Fact("source_id", _l("来源记录"))),
    about=_l("每名到场的人一条；活动名称请从接口读取。"))
