"""Forms of the record itself. A region is never finer than a county; the channel is a name, never its content."""

from __future__ import annotations

from core.base.i18n import _l
from core.settings.dictionaries import choices
from core.web.forms import Bool, Choice, Code, Date, IdNumber, Length, Phone, Ref, Schema, Text, ui

from ..queries.stations import station_choices
from ..words import TRANSFERABLE

WHO, WHERE, WITH, MORE = _l("流动党员"), _l("流动情况"), _l("联系办法"), _l("组织关系")


def reasons() -> list[tuple[str, str]]:
    return choices("liaison.reason")


class Stay(Schema):
    """What both sides note about the stay away."""

    since = Date(required=True, metadata=ui(_l("流出时间"), group=WHERE, cols=3))
    reason = Choice(reasons, required=True, metadata=ui(_l("流动原因"), group=WHERE, cols=3))
    region = Text(validate=Length(max=60), metadata=ui(
        _l("流向（省市县）"), group=WHERE, cols=6, help=_l("只写到县（市、区），不写街道和门牌；出国（境）的写国家或地区。")))
    expected_return = Date(metadata=ui(_l("预计返回日期"), group=WHERE, cols=3))
    abroad = Bool(load_default=False, metadata=ui(_l("出国（境）"), group=WHERE, cols=3))
    contact_person = Text(validate=Length(max=60), metadata=ui(
        _l("联系人"), group=WITH, cols=3, help=_l("负责与其联系的党员，一般一人联系一至两名。")))
    channel = Text(validate=Length(max=120), metadata=ui(
        _l("联系渠道"), group=WITH, cols=6, help=_l("如线上党支部或微信群的名称。只登记名称，不读取内容。")))
    monthly = Bool(load_default=False, metadata=ui(_l("每月联系"), group=WITH, cols=3))
    station_id = Choice(station_choices, metadata=ui(_l("联络站"), group=WITH, cols=4))
    transferable = Choice(lambda: list(TRANSFERABLE.items()), metadata=ui(
        _l("组织关系能否转接"), group=MORE, cols=3, help=_l("能转接的应转尽转。")))
    why_not_transferred = Text(validate=Length(max=200), metadata=ui(_l("未转原因"), group=MORE, cols=5))
    graduate = Bool(load_default=False, metadata=ui(_l("高校毕业生保留组织关系"), group=MORE, cols=4))
    graduated_on = Date(metadata=ui(_l("毕业日期"), group=MORE, cols=3))
    activity_card_no = Code(validate=Length(max=40), metadata=ui(_l("流动党员活动证号"), group=MORE, cols=4))
    note = Text(validate=Length(max=300), metadata=ui(_l("备注"), group=MORE, cols=12))


class Outflow(Stay):
    """Registering a member of one's own branch who is away."""

    person_id = Ref("person", required=True, metadata=ui(
        _l("党员"), group=WHO, cols=6, help=_l("输入姓名、拼音首字母查找。所在党支部自动带出。")))
    receiving_org_id = Ref("org", metadata=ui(_l("流入地党组织（本单位范围内）"), group=WHERE, cols=6))
    receiving_org_name = Text(validate=Length(max=120), metadata=ui(_l("流入地党组织（外地，填名称）"), group=WHERE, cols=6))

    class Meta(Stay.Meta):
        fields = ("person_id", "since", "reason", "region", "expected_return", "abroad", "receiving_org_id",
                  "receiving_org_name", "contact_person", "channel", "monthly", "station_id", "transferable",
                  "why_not_transferred", "graduate", "graduated_on", "activity_card_no", "note")


class Inflow(Stay):
    """Registering a member from elsewhere: the person, the home branch, the branch that takes the member in."""

    name = Text(required=True, validate=Length(max=60), metadata=ui(_l("姓名"), group=WHO, cols=3, pii="name"))
    gender = Choice([("male", _l("男")), ("female", _l("女"))], metadata=ui(_l("性别"), group=WHO, cols=3))
    phone = Phone(metadata=ui(_l("联系电话"), group=WHO, cols=3, pii="phone", sensitive=True))
    id_no = IdNumber(metadata=ui(_l("身份证号码"), group=WHO, cols=3, pii="id_no", sensitive=True,
                                 help=_l("选填，只用于防止重复登记。")))
    joined_on = Date(metadata=ui(_l("入党时间"), group=WHO, cols=3))
    home_org_name = Text(required=True, validate=Length(max=120), metadata=ui(
        _l("组织关系所在党支部"), group=WHO, cols=6, help=_l("没有原支部的不能登记为流入党员，先与其核实。")))
    receiving_org_id = Ref("org", required=True, metadata=ui(_l("编入的党支部"), group=WHO, cols=6))

    class Meta(Stay.Meta):
        fields = ("name", "gender", "phone", "id_no", "joined_on", "home_org_name", "receiving_org_id", "since", "reason",
                  "expected_return", "contact_person", "channel", "monthly", "station_id", "activity_card_no", "note")
