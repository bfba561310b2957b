"""What liaison adds to persons: how a mobile member would like to be reached."""

from __future__ import annotations

from core.base.i18n import _l
from core.plugin import CHOICE, PERSON, ExtraField

WAYS = {"phone": _l("打电话"), "message": _l("发消息"), "visit": _l("上门或见面"), "family": _l("请家人转告")}

reached_by = ExtraField(
    name="liaison.reached_by", of=PERSON, kind=CHOICE, label=_l("希望的联系方式"), choices=WAYS,
    help=_l("本人说明的、方便联系的办法"), purpose=_l("按本人方便的方式保持联系"), ground=_l("本人自愿提供"),
    keep="membership + 3 years")
