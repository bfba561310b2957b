"""What training adds to persons and organisations: who can teach what, and where there is room for a class."""

from __future__ import annotations

from core.base.i18n import _l
from core.plugin import DATE, NUMBER, ORG_UNIT, PERSON, TEXT, ExtraField

_OWN = _l("本人自愿提供")
_KEEP = "membership + 3 years"

teaches = ExtraField(
    name="training.teaches", of=PERSON, kind=TEXT, label=_l("可讲授的内容"), longest=200, search=True,
    help=_l("本人愿意到基层讲课的题目，用于聘请授课人"),
    purpose=_l("聘请基层授课人"), ground=_OWN, keep=_KEEP)
teaches_until = ExtraField(
    name="training.teaches_until", of=PERSON, kind=DATE, label=_l("受聘授课至"),
    purpose=_l("聘请基层授课人"), ground=_OWN, keep=_KEEP)
seats = ExtraField(
    name="training.seats", of=ORG_UNIT, kind=NUMBER, label=_l("培训场地座位数"), least=0, most=5000,
    help=_l("可用于办班的会议室、活动室一共能坐多少人"))
