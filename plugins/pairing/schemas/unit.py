"""The form of a unit."""

from __future__ import annotations

from core.base.i18n import _l
from core.web.forms import Choice, CreditCode, Length, LongText, Phone, Ref, Schema, Text, ui

from ..queries import choices
from ..words import UNIT_KINDS
from .picked import Picked

WHO, PARTY, MORE = _l("单位"), _l("党组织和联络员"), _l("其他")


class UnitFields(Schema):
    """What pairing must know of a unit."""

    name = Text(required=True, validate=Length(max=60), metadata=ui(_l("单位名称"), group=WHO, cols=6))
    kind = Choice(lambda: list(UNIT_KINDS.items()), required=True,
        metadata=ui(_l("单位类别"), group=WHO, widget="select", cols=3))
    credit_code = CreditCode(metadata=ui(_l("统一社会信用代码"), group=WHO, cols=3,
        help=_l("18位，按国家标准核对校验位；没有可不填。")))
    party_org = Text(validate=Length(max=120), metadata=ui(_l("单位党组织"), group=PARTY, cols=6))
    liaison_name = Text(validate=Length(max=60), metadata=ui(_l("联络员"), group=PARTY, cols=3, pii="name"))
    liaison_post = Text(validate=Length(max=60), metadata=ui(_l("联络员职务"), group=PARTY, cols=3))
    office_phone = Phone(metadata=ui(_l("办公电话"), group=PARTY, cols=3, help=_l("填单位公开的电话，不填个人手机。")))
    liaison_id = Ref("person", metadata=ui(_l("联络员是本地党员的，从名册中选"), group=PARTY, cols=6))
    strengths = Text(validate=Length(max=200), metadata=ui(
        _l("专长和可用资源"), group=MORE, cols=12, help=_l("用顿号隔开，如：电工、会议室、法律咨询。匹配建议会用到。")))
    note = LongText(validate=Length(max=300), metadata=ui(_l("备注"), group=MORE, cols=12, rows=2))


class NewUnit(UnitFields):
    """A unit that takes part from now on: an organisation of the tree, or one to be put into it."""

    org_id = Ref("org", metadata=ui(
        _l("在组织树中已有的单位"), group=WHO, cols=6, help=_l("已有的从这里选，名称和类别自动带出；没有的在下面填写。")))
    name = Text(validate=Length(max=60), metadata=ui(_l("单位名称"), group=WHO, cols=6))
    kind = Choice(lambda: list(UNIT_KINDS.items()), metadata=ui(_l("单位类别"), group=WHO, widget="select", cols=3))
    parent_id = Picked(choices.place,
        metadata=ui(_l("放在组织树的哪一级下面"), group=WHO, cols=6, help=_l("驻区单位一般放在街道或社区下，县直部门放在县下。")))

    class Meta(UnitFields.Meta):
        fields = ("org_id", "name", "kind", "parent_id", "credit_code", "party_org", "liaison_name", "liaison_post",
                  "office_phone", "liaison_id", "strengths", "note")
