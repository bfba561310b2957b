"""What pairing adds to organisations: whether they lend rooms to others."""

from __future__ import annotations

from core.base.i18n import _l
from core.plugin import ORG_UNIT, YES_NO, ExtraField

lends_rooms = ExtraField(
    name="pairing.lends_rooms", of=ORG_UNIT, kind=YES_NO, label=_l("场地可以借用"),
    help=_l("会议室、活动场地是否愿意借给共建单位使用"))
