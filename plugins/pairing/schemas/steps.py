"""Forms of the steps that pairings, needs, projects, contributions and resolutions make."""

from __future__ import annotations

from core.base import clock
from core.base.i18n import _l
from core.web.forms import Choice, Date, Int, Length, LongText, Range, Schema, Text, ui

from ..queries import choices
from ..words import RATINGS
from .picked import Picked


class Asked(Schema):
    """Which unit the community asks."""

    pair_id = Picked(choices.pair, required=True, metadata=ui(
        _l("请哪个单位办理"), cols=6, help=_l("只列出与本社区结对、正在共建的单位；是否认领由单位决定。")))


class Claimed(Schema):
    """Who in the unit sees to it, and with what."""

    owner_name = Text(required=True, validate=Length(max=60), metadata=ui(_l("责任人"), cols=4))
    means = Text(validate=Length(max=200), metadata=ui(_l("准备投入（资金、物资、人力等）"), cols=8))
    resource_id = Picked(choices.offer,
        metadata=ui(_l("使用哪项资源"), cols=6, help=_l("本单位资源清单里有对应的可以选上，没有可不填。")))


class Planned(Schema):
    """How it will be done, by when."""

    plan = LongText(required=True, validate=Length(max=1000), metadata=ui(_l("实施方案"), cols=12, rows=4))
    due_on = Date(required=True, metadata=ui(_l("完成期限"), cols=4))
    owner_name = Text(validate=Length(max=60), metadata=ui(_l("责任人"), cols=4))
    means = Text(validate=Length(max=200), metadata=ui(_l("投入安排"), cols=12))


class Delivered(Schema):
    """What stands there now."""

    result = LongText(required=True, validate=Length(max=1000), metadata=ui(
        _l("成果"), cols=12, rows=4, help=_l("写做成了什么、放在哪里、谁在用。照片可有可无。")))
    beneficiaries = Int(validate=Range(0, 1_000_000), metadata=ui(_l("受益人数（约）"), cols=4))
    happened_on = Date(load_default=clock.today, metadata=ui(_l("完成日期"), cols=4))


class Accepted(Schema):
    """What the community says of it."""

    rating = Choice(lambda: list(RATINGS.items()), required=True, metadata=ui(_l("评价"), cols=6))
    comment = Text(validate=Length(max=300), metadata=ui(_l("验收意见"), cols=12))
    happened_on = Date(load_default=clock.today, metadata=ui(_l("验收日期"), cols=4))


class Reported(Schema):
    """How a resolution was carried out."""

    result = LongText(required=True, validate=Length(max=500), metadata=ui(_l("落实情况"), cols=12, rows=3))
    happened_on = Date(load_default=clock.today, metadata=ui(_l("完成日期"), cols=4))


class CarriedOver(Schema):
    """A new date for a resolution that could not be finished."""

    due_on = Date(required=True, metadata=ui(_l("新的期限"), cols=4))
