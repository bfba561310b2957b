"""Forms of return-home education."""

from __future__ import annotations

from core.base.i18n import _l
from core.web.forms import Date, Int, Length, LongText, Range, Ref, Refs, Schema, Text, ui


class GatheringForm(Schema):
    """A gathering to be held or just held."""

    title = Text(required=True, validate=Length(max=80), metadata=ui(_l("主题"), cols=6))
    org_id = Ref("org", required=True, metadata=ui(_l("组织单位"), cols=6))
    on = Date(required=True, metadata=ui(_l("日期"), cols=3))
    minutes = Int(required=True, validate=Range(10, 600), metadata=ui(_l("时长（分钟）"), cols=3))
    place = Text(validate=Length(max=120), metadata=ui(_l("地点"), cols=6))
    content = LongText(validate=Length(max=500), metadata=ui(_l("内容"), cols=12))


class Names(Schema):
    """Names copied from a sign-in sheet."""

    names = LongText(required=True, validate=Length(max=5000), metadata=ui(
        _l("签到名单"), cols=12, rows=6, help=_l("每行一人，或用顿号、逗号隔开。与名册核对后再加入。")))


class Ticked(Schema):
    """Who was there, ticked on the sheet."""

    present = Refs("person", metadata=ui(_l("到场人员")))
