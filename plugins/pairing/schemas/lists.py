"""Forms of needs, offers and projects."""

from __future__ import annotations

from core.base.i18n import _l
from core.settings.dictionaries import choices as entries
from core.web.forms import Choice, Date, Int, Length, LongText, Money, Range, Schema, Text, ui

from ..queries import choices
from .picked import Picked

SKILLS_HELP = _l("用顿号隔开，如：电工、法律咨询。匹配建议会用到。")


def kinds() -> list[tuple[str, str]]:
    return entries("pairing.kind")


class NeedForm(Schema):
    """What a community asks for."""

    org_id = Picked(choices.own_community, required=True, metadata=ui(_l("提出社区"), cols=4))
    title = Text(required=True, validate=Length(max=80), metadata=ui(_l("需求内容"), cols=8))
    kind = Choice(kinds, required=True, metadata=ui(_l("类别"), widget="select", cols=4))
    wanted_by = Date(metadata=ui(_l("希望完成日期"), cols=4))
    budget_fen = Money(validate=Range(0, 10**13), metadata=ui(_l("估计资金"), cols=4))
    detail = LongText(validate=Length(max=1000), metadata=ui(
        _l("具体情况"), cols=12, rows=4, help=_l("写清地点、现状和想要的结果，不写居民个人信息。")))
    skills = Text(validate=Length(max=120), metadata=ui(_l("需要的专长"), cols=8, help=SKILLS_HELP))
    beneficiaries = Int(validate=Range(0, 1_000_000), metadata=ui(_l("受益人数（约）"), cols=4))


class ResourceForm(Schema):
    """What a unit offers."""

    unit_id = Picked(choices.own_unit, required=True, metadata=ui(_l("提供单位"), cols=4))
    title = Text(required=True, validate=Length(max=80), metadata=ui(_l("资源内容"), cols=8))
    kind = Choice(kinds, required=True, metadata=ui(_l("类别"), widget="select", cols=4))
    available = Text(validate=Length(max=120), metadata=ui(_l("可用时间"), cols=4, placeholder=_l("如 周末、寒暑假")))
    until = Date(metadata=ui(_l("有效期至"), cols=4))
    detail = LongText(validate=Length(max=1000), metadata=ui(_l("具体情况"), cols=12, rows=3))
    skills = Text(validate=Length(max=120), metadata=ui(_l("专长"), cols=8, help=SKILLS_HELP))


class ProjectForm(Schema):
    """Something both sides agreed on without a published need, or a request to use an offer."""

    pair_id = Picked(choices.pair, required=True, metadata=ui(_l("结对"), cols=6))
    title = Text(required=True, validate=Length(max=80), metadata=ui(_l("项目内容"), cols=6))
    kind = Choice(kinds, required=True, metadata=ui(_l("类别"), widget="select", cols=4))
    due_on = Date(metadata=ui(_l("希望完成日期"), cols=4))
    means = Text(validate=Length(max=200), metadata=ui(_l("投入安排"), cols=12))


class SpendingForm(Schema):
    """Money spent, with its voucher."""

    on = Date(required=True, metadata=ui(_l("日期"), cols=3))
    amount_fen = Money(required=True, validate=Range(1, 10**13), metadata=ui(_l("金额"), cols=3))
    purpose = Text(required=True, validate=Length(max=160), metadata=ui(_l("用途"), cols=6))
    payee = Text(validate=Length(max=80), metadata=ui(_l("收款方"), cols=6))
    voucher_no = Text(required=True, validate=Length(max=60), metadata=ui(_l("凭证号"), cols=6))
