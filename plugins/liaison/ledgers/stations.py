"""Stations and the services they gave."""

from __future__ import annotations

from sqlalchemy import func, select

from core.base.i18n import _l
from core.people.models import OrgUnit
from core.plugin import A4, Action, Filter, Ledger, View, col
from core.service import Context
from core.settings.dictionaries import labels

from .. import conditions as when
from ..models import MobileRecord, ServiceLog, Station
from .stays import GROUP

READ = "liaison.station.read"


def kinds(ctx: Context) -> dict[str, str]:
    return labels("liaison.service_kind")


stations = Ledger(
    name="liaison.stations", title=_l("联络站一览"), permission=READ, paper=A4.landscape, icon="broadcast-pin",
    rows=select(Station).join(Station.org), key=Station.id, scope=(Station.org_path,), opens="liaison.station",
    columns=(
        col("name", _l("联络站名称"), Station.name, search=True, opens="liaison.station", width=18),
        col("org", _l("依托的党组织"), OrgUnit.short_name, search=True, opens="people.org", key=OrgUnit.id, width=16),
        col("address", _l("办公地址"), Station.address, width=22),
        col("keeper", _l("站长"), Station.keeper, search=True, width=10),
        col("phone", _l("办公电话"), Station.phone, width=14),
        col("hours", _l("开放时间"), Station.hours, priority=2, width=18),
        col("open_to", _l("服务对象"), Station.open_to, priority=2, width=18),
        col("attached", _l("联系流动党员（人）"), when.attached_to(), align="end", width=12),
        col("given", _l("累计服务（次）"), when.services_of(), align="end", width=10),
        col("opened_on", _l("设立日期"), Station.opened_on, filter=True, width=11),
        col("closed_on", _l("撤销日期"), Station.closed_on, priority=3, width=11),
    ),
    filters=(Filter(name="under", label=_l("所属组织"), kind="org", source=Station.org_path),
             Filter(name="open", label=_l("开放中"), kind="flag", where=lambda ctx: Station.closed_on.is_(None))),
    views=(View(name="open", label=_l("开放中"), query={"open": "1"}),), order=("name",), rank=80, group=GROUP,
    actions=(Action(_l("新设联络站"), "liaison.new_station", "liaison.station.manage", icon="plus-lg", primary=True),),
    empty=_l("还没有联络站。先设一个站，再登记站里提供的服务。"),
)
services = Ledger(
    name="liaison.services", title=_l("联络站服务记录"), permission=READ, paper=A4.landscape, icon="gift",
    rows=select(ServiceLog).join(ServiceLog.station).outerjoin(ServiceLog.record), key=ServiceLog.id,
    scope=(ServiceLog.org_path,),
    columns=(
        col("on", _l("日期"), ServiceLog.on, filter=True, width=11),
        col("station", _l("联络站"), Station.name, search=True, opens="liaison.station", key=Station.id, width=18),
        col("kind", _l("服务类别"), ServiceLog.kind, choices=kinds, filter=True, width=12),
        col("who", _l("服务对象"), func.coalesce(MobileRecord.person_name, ""), width=10),
        col("what", _l("服务内容"), ServiceLog.what, search=True, width=28),
        col("result", _l("办理结果"), ServiceLog.result, width=24),
        col("by_name", _l("经办人"), ServiceLog.by_name, width=10),
    ),
    filters=(Filter(name="under", label=_l("所属组织"), kind="org", source=ServiceLog.org_path),
             Filter(name="this_year", label=_l("本年"), kind="flag", where=lambda ctx: when.this_year(ServiceLog.on, ctx))),
    views=(View(name="year", label=_l("本年"), query={"this_year": "1"}),), order=("-on",), rank=90, group=GROUP,
    actions=(Action(_l("登记服务"), "liaison.new_service", "liaison.service.write", icon="plus-lg", primary=True),),
    empty=_l("还没有服务记录。党员或群众来站办事后，在这里登记一次即可。"),
)
