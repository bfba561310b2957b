"""Forms of the steps a record makes."""

from __future__ import annotations

from core.base import clock
from core.base.i18n import _l
from core.settings.dictionaries import choices
from core.web.forms import Choice, Date, Length, Ref, Schema, Text, ui

DECIDED = _l("组织决定")


class Registered(Schema):
    """From a suspected stay to a registered one: the four facts the home branch must know."""

    since = Date(required=True, metadata=ui(_l("流出时间"), cols=3))
    reason_code = Choice(lambda: choices("liaison.reason"), required=True, metadata=ui(_l("流动原因"), cols=3))
    region = Text(required=True, validate=Length(max=60), metadata=ui(
        _l("流向（省市县）"), cols=6, help=_l("只写到县（市、区），不写街道和门牌；出国（境）的写国家或地区。")))
    contact_person = Text(required=True, validate=Length(max=60), metadata=ui(_l("联系人"), cols=3))
    expected_return = Date(metadata=ui(_l("预计返回日期"), cols=3))


class Notified(Schema):
    """Which organisation at the destination is told."""

    receiving_org_id = Ref("org", metadata=ui(_l("流入地党组织（本单位范围内）"), cols=6))
    receiving_org_name = Text(validate=Length(max=120), metadata=ui(
        _l("流入地党组织（外地，填名称）"), cols=6, help=_l("外地党组织另行发函或通过全国系统通知，收到回复后在这里登记。")))


class Received(Schema):
    """Into which branch the member is placed, and who looks after the member there."""

    receiving_org_id = Ref("org", required=True, metadata=ui(_l("编入的党支部"), cols=6))
    contact_person = Text(required=True, validate=Length(max=60), metadata=ui(_l("联系人"), cols=6))
    happened_on = Date(load_default=clock.today, metadata=ui(_l("接收日期"), cols=3))


class Acknowledged(Schema):
    """The answer of an organisation outside this tenant."""

    reply_no = Text(required=True, validate=Length(max=60), metadata=ui(_l("回函编号或全国系统办理号"), cols=6))
    happened_on = Date(load_default=clock.today, metadata=ui(_l("回复日期"), cols=3))


class Relocated(Schema):
    """Where the member moved on to."""

    region = Text(required=True, validate=Length(max=60), metadata=ui(_l("新的流向（省市县）"), cols=6))
    happened_on = Date(load_default=clock.today, metadata=ui(_l("离开日期"), cols=3))


class Returned(Schema):
    """The member reported back."""

    happened_on = Date(load_default=clock.today, metadata=ui(_l("返回日期"), cols=3))
    returned_note = Text(validate=Length(max=200), metadata=ui(_l("返乡报到情况"), cols=9))


class Transferred(Schema):
    """The affiliation went elsewhere."""

    letter_no = Text(validate=Length(max=60), metadata=ui(_l("介绍信编号"), cols=6))
    happened_on = Date(load_default=clock.today, metadata=ui(_l("转接日期"), cols=3))


class LossConfirmed(Schema):
    """The organisation department confirms that the member is out of contact."""

    document_no = Text(required=True, validate=Length(max=60), metadata=ui(_l("组织部门确认文号"), cols=6))
    happened_on = Date(load_default=clock.today, metadata=ui(_l("确认日期"), cols=3))


class Decided(Schema):
    """A decision people took; it is recorded here, never made here."""

    decided_by = Text(required=True, validate=Length(max=120), metadata=ui(_l("作出决定的党组织"), group=DECIDED, cols=6))
    meeting_no = Text(required=True, validate=Length(max=60), metadata=ui(_l("支部大会会议编号"), group=DECIDED, cols=6))
    approval_no = Text(required=True, validate=Length(max=60), metadata=ui(_l("上级批准文号"), group=DECIDED, cols=6))
    happened_on = Date(load_default=clock.today, metadata=ui(_l("批准日期"), group=DECIDED, cols=3))
