"""Measures of the work with mobile members. Each leads to its rows; none ranks persons."""

from __future__ import annotations

from core.base.i18n import _l
from core.plugin import PERCENT, Indicator

from . import conditions as when
from .models import MobileRecord, ServiceLog, Station

away = Indicator(
    name="liaison.away", label=_l("在外流动党员"), of="liaison.outflow", where=lambda ctx: when.open_now(), tile=True,
    icon="box-arrow-right", rank=10, definition=_l("已登记流出、尚未返回或转走的党员。"))
registered = Indicator(
    name="liaison.registered", label=_l("登记率"), of="liaison.outflow", unit=PERCENT, good="high", rank=20,
    over=when.away_long, where=lambda ctx: MobileRecord.state != "suspected",
    definition=_l("外出满规定时间的党员中，已正式登记为流动党员的比例。"))
placed = Indicator(
    name="liaison.placed", label=_l("编入流入地支部的比例"), of="liaison.outflow", unit=PERCENT, good="high", rank=30,
    over=lambda ctx: when.counted_mobile(), where=lambda ctx: when.received() & (MobileRecord.receiving_org_name != ""),
    definition=_l("已登记的流出党员中，流入地党组织已确认接收的比例。"))
in_time = Indicator(
    name="liaison.contacted_in_time", label=_l("按期联系率"), of="liaison.outflow", unit=PERCENT, good="high", tile=True,
    icon="telephone", rank=40, over=lambda ctx: when.under_care(), where=lambda ctx: ~when.overdue(ctx),
    definition=_l("应定期联系的党员中，在联系间隔内已联系上的比例。间隔见“规则与依据”。"))
transferred = Indicator(
    name="liaison.transferred", label=_l("应转已转率"), of="liaison.outflow", unit=PERCENT, good="high", rank=50,
    over=when.should_transfer, where=lambda ctx: MobileRecord.state == "transferred",
    definition=_l("登记为能转接组织关系的流出党员中，已转接的比例（应转尽转）。"))
lost = Indicator(
    name="liaison.lost", label=_l("失联党员"), of="liaison.outflow", good="low", tile=True, icon="exclamation-triangle", rank=60,
    where=lambda ctx: MobileRecord.state == "lost_contact", definition=_l("组织部门已确认失去联系、尚未重新联系上的党员。"))
lost_long = Indicator(
    name="liaison.lost_long", label=_l("失联满规定时间"), of="liaison.outflow", good="low", rank=61, where=when.lost_long,
    definition=_l("确认失联已满规定时间的党员，需研究下一步；是否处理由党组织决定。"))
arrived = Indicator(
    name="liaison.arrived", label=_l("流入党员"), of="liaison.inflow", where=lambda ctx: when.received(), rank=70,
    icon="box-arrow-in-right", definition=_l("已编入本地支部参加活动的流入党员。"))
services = Indicator(
    name="liaison.services_given", label=_l("本年服务次数"), of="liaison.services", good="high", rank=80, icon="gift",
    where=lambda ctx: when.this_year(ServiceLog.on, ctx), definition=_l("联络站本年登记的服务次数。"))
stations = Indicator(
    name="liaison.stations_open", label=_l("联络站"), of="liaison.stations", icon="broadcast-pin", rank=90,
    where=lambda ctx: Station.closed_on.is_(None), definition=_l("正在开放的联络站。"))
covered = Indicator(
    name="liaison.communities_covered", label=_l("社区设站率"), of="people.orgs", unit=PERCENT, good="high", rank=91,
    over=when.communities, where=when.has_station, definition=_l("设有联络站的社区占全部社区的比例。"))
