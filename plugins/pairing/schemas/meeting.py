"""Forms of visits, quarterly summaries and yearly reviews."""

from __future__ import annotations

from core.base import clock
from core.base.i18n import _l
from core.web.forms import Choice, Date, Int, Length, LongText, Range, Schema, Text, ui

from ..queries import choices
from ..words import RATINGS, VISITS
from .picked import Picked


class VisitForm(Schema):
    """An exchange, a help visit or an activity: people are counted, never listed."""

    pair_id = Picked(choices.run_pair, required=True, metadata=ui(_l("结对"), cols=6))
    kind = Choice(lambda: list(VISITS.items()), required=True, metadata=ui(_l("形式"), cols=6))
    on = Date(load_default=clock.today, metadata=ui(_l("日期"), cols=3))
    topic = Text(required=True, validate=Length(max=80), metadata=ui(_l("主题"), cols=6))
    place = Text(validate=Length(max=80), metadata=ui(_l("地点"), cols=3))
    people = Int(validate=Range(0, 100_000), metadata=ui(_l("参加人数"), cols=3))
    beneficiaries = Int(validate=Range(0, 1_000_000), metadata=ui(_l("受益人数（约）"), cols=3))
    problems = LongText(validate=Length(max=500), metadata=ui(_l("了解到的问题"), cols=12, rows=2))
    solved = LongText(validate=Length(max=500), metadata=ui(_l("解决情况"), cols=12, rows=2))
    result = LongText(required=True, validate=Length(max=500), metadata=ui(
        _l("成果或下一步"), cols=12, rows=2, help=_l("写做成了什么、谁受益，或约定了什么事。照片可有可无。")))


class SummaryForm(Schema):
    """The quarter in a few lines; counts are taken from the records."""

    year = Int(required=True, validate=Range(2000, 2100), metadata=ui(_l("年度"), cols=3))
    quarter = Int(required=True, validate=Range(1, 4), metadata=ui(_l("季度"), cols=3))
    done = LongText(required=True, validate=Length(max=1000), metadata=ui(_l("本季度做成的事"), cols=12, rows=4))
    next_steps = LongText(validate=Length(max=500), metadata=ui(_l("下季度打算"), cols=12, rows=2))


class ReviewForm(Schema):
    """What one side says of the other's year."""

    year = Int(required=True, validate=Range(2000, 2100), metadata=ui(_l("年度"), cols=3))
    rating = Choice(lambda: list(RATINGS.items()), required=True, metadata=ui(_l("评价"), cols=9))
    results = LongText(required=True, validate=Length(max=1000), metadata=ui(
        _l("这一年对方做成的事"), cols=12, rows=4, help=_l("写成果，不写套话；评价只供双方改进，不排名。")))
    wishes = LongText(validate=Length(max=500), metadata=ui(_l("意见和建议"), cols=12, rows=2))


class WithdrawForm(Schema):
    """Why an activity that was noted is taken back."""

    reason = LongText(required=True, validate=Length(max=200), metadata=ui(_l("撤销原因"), cols=12, rows=2))
