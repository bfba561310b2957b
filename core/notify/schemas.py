"""What is filled in for a bulletin."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, validates_schema

from core.base.i18n import _, _l
from core.web.forms import Bool, Choice, Date, Length, LongText, Ref, Schema, Text, ui

FEEDBACK_KINDS = {"suggestion": _l("意见建议"), "complaint": _l("投诉")}


class FeedbackForm(Schema):
    """What somebody wants to say to the admins of his unit."""

    kind = Choice(list(FEEDBACK_KINDS.items()), required=True, metadata=ui(
        _l("类型"), cols=12, widget="radio"))
    subject = Text(required=True, validate=Length(min=2, max=120), metadata=ui(_l("标题"), cols=12))
    body = LongText(required=True, validate=Length(min=5, max=3000), metadata=ui(_l("内容"), cols=12, rows=6, help=_l(
        "例如：哪一项重复填报、哪一步多余、哪里不好用。请不要写他人的身份证号和手机号。")))


class FeedbackAnswer(Schema):
    """The answer the sender will read."""

    answer = LongText(required=True, validate=Length(min=2, max=3000), metadata=ui(_l("答复"), cols=12, rows=6))


class WordingForm(Schema):
    """The words of a notice of one line, by language."""

    zh = Text(validate=Length(max=200), load_default="", metadata=ui(_l("中文"), cols=12, lang="zh-CN"))
    en = Text(validate=Length(max=200), load_default="", metadata=ui(_l("英文"), cols=12, lang="en"))


class WordingLines(Schema):
    """The words of a notice of several lines."""

    zh = LongText(validate=Length(max=2000), load_default="", metadata=ui(_l("中文"), cols=12, rows=7, lang="zh-CN"))
    en = LongText(validate=Length(max=2000), load_default="", metadata=ui(_l("英文"), cols=12, rows=7, lang="en"))


class BulletinForm(Schema):
    """A bulletin as it is drafted."""

    title = Text(required=True, validate=Length(min=2, max=120), metadata=ui(_l("标题"), cols=12))
    org_id = Ref("org", required=True, metadata=ui(
        _l("张贴范围"), cols=6, help=_l("这个组织和它的下级都能看到。")))
    starts_on = Date(required=True, metadata=ui(_l("张贴日期"), cols=3))
    ends_on = Date(required=True, metadata=ui(_l("截止日期"), cols=3))
    objection_until = Date(metadata=ui(_l("异议截止日期"), cols=6, help=_l("公示事项填写；不是公示可不填。")))
    objection_to = Text(validate=Length(max=200), metadata=ui(
        _l("异议受理"), cols=6, help=_l("受理的单位和办公电话，不要写个人手机号。")))
    body = LongText(required=True, validate=Length(max=20000), metadata=ui(_l("正文"), cols=12))
    mask_names = Bool(load_default=True, metadata=ui(
        _l("姓名打码显示"), cols=12, help=_l("登记在册人员的姓名显示为“张*”。公示要求写全名时再取消。")))

    @validates_schema
    def _dates(self, data: dict[str, Any], **_kw: Any) -> None:
        start, end, until = data.get("starts_on"), data.get("ends_on"), data.get("objection_until")
        if start and end and end < start:
            raise ValidationError(_("截止日期不能早于张贴日期。"), "ends_on")
        if until and start and end and not start <= until <= end:
            raise ValidationError(_("异议截止日期应在张贴期间之内。"), "objection_until")
