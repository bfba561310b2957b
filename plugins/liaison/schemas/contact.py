"""Forms of what is done about a record: contacts, reviews, searches. Few fields: most are filled in on a phone."""

from __future__ import annotations

from core.base import clock
from core.base.i18n import _l
from core.web.forms import Choice, Choices, Date, Int, Length, LongText, Range, Ref, Refs, Schema, Text, ui

from ..words import MEANS, OUTCOMES


class Contacted(Schema):
    """A contact that reached the member; the form of the steps it makes."""

    means = Choice(lambda: list(MEANS.items()), required=True, metadata=ui(_l("联系方式"), cols=12, widget="radio"))
    needs = LongText(validate=Length(max=500), metadata=ui(
        _l("反映的需求"), cols=12, rows=2, help=_l("只写本人提出、需要帮助的事，不写住址、行踪和聊天内容。")))
    follow_up = LongText(validate=Length(max=500), metadata=ui(_l("办理情况"), cols=12, rows=2))
    happened_on = Date(load_default=clock.today, metadata=ui(_l("联系日期"), cols=6))


class Contact(Contacted):
    """A contact as it is logged, with its outcome."""

    outcome = Choice(lambda: list(OUTCOMES.items()), required=True, metadata=ui(_l("结果"), cols=12, widget="radio"))

    class Meta(Contacted.Meta):
        fields = ("outcome", "means", "needs", "follow_up", "happened_on")


class ContactOfMany(Contact):
    """One contact for several members, such as a round of calls with the same outcome."""

    record_ids = Refs("liaison_record", required=True, metadata=ui(_l("联系了谁"), cols=12))

    class Meta(Contact.Meta):
        fields = ("record_ids", "outcome", "means", "needs", "follow_up", "happened_on")


class Review(Schema):
    """The yearly opinion."""

    year = Int(required=True, validate=Range(2000, lambda: clock.today().year), metadata=ui(_l("年度"), cols=3))
    opinion = LongText(required=True, validate=Length(max=300), metadata=ui(
        _l("民主评议意见"), cols=12, help=_l("支部在民主评议会上形成的意见。党员本人可以查看。")))
    on = Date(load_default=clock.today, metadata=ui(_l("评议日期"), cols=3))


class Search(Schema):
    """A search for a member nobody can reach."""

    started_on = Date(required=True, metadata=ui(_l("查找开始日期"), cols=3))
    ended_on = Date(required=True, metadata=ui(_l("查找结束日期"), cols=3))
    means = Choices([(code, label) for code, label in MEANS.items()], required=True, metadata=ui(_l("查找方式"), cols=12))
    asked = Text(required=True, validate=Length(max=200), metadata=ui(
        _l("向谁了解"), cols=12, help=_l("如家属、原单位、邻居；只写身份，不写他人的电话和住址。")))
    evidence = Text(required=True, validate=Length(max=300), metadata=ui(_l("查找依据和结果"), cols=12))
    meeting_no = Text(validate=Length(max=60), metadata=ui(_l("支部会议记录编号"), cols=4))


class Filed(Schema):
    """The record a thing is filed under, chosen from a list."""

    record_id = Ref("liaison_record", required=True, metadata=ui(_l("流动党员"), cols=6))
