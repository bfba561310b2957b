"""Settings of the module, chosen by the tenant's admin."""

from __future__ import annotations

from core.base.i18n import _l
from core.web.forms import Bool, Int, Length, Range, Schema, Text, ui


class Settings(Schema):
    """How stations work here."""

    asks_activity_card = Bool(load_default=False, metadata=ui(
        _l("登记表填写流动党员活动证号"), cols=6, help=_l("全国系统启用后活动证逐步停用，仍在使用的地方可打开。")))
    gathering_minutes = Int(load_default=90, validate=Range(10, 600), metadata=ui(
        _l("集中返乡教育默认时长（分钟）"), cols=4, help=_l("新建教育活动时预填，可逐次修改；按签到折算学时。")))
    station_hours = Text(load_default="", validate=Length(max=80), metadata=ui(
        _l("联络站默认开放时间"), cols=6, placeholder=_l("周一至周五 8:30-17:30")))
