"""Forms of stations and their services."""

from __future__ import annotations

from core.base import clock
from core.base.i18n import _l
from core.settings.dictionaries import choices
from core.web.forms import Choice, Date, Length, LongText, Phone, Ref, Schema, Text, ui

from ..queries.stations import station_choices


class StationForm(Schema):
    """A station: where it is, when it is open, for whom."""

    name = Text(required=True, validate=Length(max=60), metadata=ui(_l("联络站名称"), cols=6))
    org_id = Ref("org", required=True, metadata=ui(_l("依托的党组织"), cols=6))
    address = Text(validate=Length(max=120), metadata=ui(_l("办公地址"), cols=6))
    keeper = Text(validate=Length(max=60), metadata=ui(_l("站长"), cols=3))
    phone = Phone(metadata=ui(_l("办公电话"), cols=3, help=_l("填站里的公开电话，不填个人手机。")))
    hours = Text(validate=Length(max=80), metadata=ui(_l("开放时间"), cols=6))
    open_to = Text(validate=Length(max=120), metadata=ui(_l("服务对象"), cols=6))
    opened_on = Date(load_default=clock.today, metadata=ui(_l("设立日期"), cols=3))
    note = Text(validate=Length(max=300), metadata=ui(_l("备注"), cols=12))


class StationClosed(Schema):
    """The end of a station."""

    closed_on = Date(load_default=clock.today, metadata=ui(_l("撤销日期"), cols=3))


class ServiceForm(Schema):
    """A service somebody asked for or was offered."""

    station_id = Choice(station_choices, required=True, metadata=ui(_l("联络站"), cols=6))
    kind = Choice(lambda: choices("liaison.service_kind"), required=True, metadata=ui(_l("服务类别"), cols=3))
    on = Date(load_default=clock.today, metadata=ui(_l("日期"), cols=3))
    record_id = Ref("liaison_record", metadata=ui(_l("服务对象"), cols=6, help=_l("流动党员从名单中选；其他来访者不留姓名。")))
    what = LongText(required=True, validate=Length(max=300), metadata=ui(_l("服务内容"), cols=12, rows=2))
    result = LongText(validate=Length(max=300), metadata=ui(_l("办理结果"), cols=12, rows=2))
