"""Measures of joint creation. Each leads to its rows. None ranks units, none counts clicks or claims as a merit."""

from __future__ import annotations

from core.base.i18n import _l
from core.plugin import DAYS, FEN, HOURS, PERCENT, Indicator

from . import conditions as when
from .models import Contribution, CouncilResolution, JointProject
from .words import RESOLUTION_OPEN

communities_paired = Indicator(
    name="pairing.communities_paired", label=_l("社区结对率"), of="people.orgs", unit=PERCENT, good="high", tile=True,
    icon="link-45deg", rank=110, over=when.communities, where=when.paired, definition=_l("有生效结对的社区占全部社区的比例。"))
needs_claimed = Indicator(
    name="pairing.needs_claimed", label=_l("需求认领率"), of="pairing.needs", unit=PERCENT, rank=120, over=when.published,
    where=when.claimed, definition=_l("已发布（未撤回）的需求中，已有单位认领的比例。只看需求有没有人办，不比较单位。"))
delivered = Indicator(
    name="pairing.delivered", label=_l("项目完成率"), of="pairing.projects", unit=PERCENT, good="high", tile=True,
    icon="check2-square", rank=130, over=lambda ctx: JointProject.state != "cancelled",
        where=lambda ctx: JointProject.state == "accepted",
    definition=_l("未取消的共建项目中，社区已验收的比例。"))
median_days = Indicator(
    name="pairing.median_days", label=_l("提出到验收天数（中位数）"), of="pairing.projects", unit=DAYS, good="low", rank=140,
    median=JointProject.days_taken, where=lambda ctx: JointProject.state == "accepted",
    definition=_l("已验收的项目从社区提出到验收所用天数，取中位数。"))
late = Indicator(
    name="pairing.projects_late", label=_l("逾期项目"), of="pairing.projects", good="low", rank=150, where=when.late,
    icon="exclamation-triangle", definition=_l("过了时限、单位还没有报送完成的项目。"))


def given(kind: str, label: object, rank: int, definition: object, unit: str, total: object, **more: object) -> Indicator:
    """Confirmed contributions of one kind this year."""
    return Indicator(name=f"pairing.given_{kind}", label=label, of="pairing.contributions", unit=unit, total=total, rank=rank,
                     where=when.given(kind), definition=definition, **more)


cash = given("cash", _l("本年投入资金（元）"), 160, _l("本年投入、两方都已确认的资金。"), FEN, Contribution.amount_fen, tile=True,
             icon="cash-coin")
goods = given("goods", _l("本年物资折价（元）"), 161, _l("本年投入、两方都已确认的物资折价。"), FEN, Contribution.amount_fen)
labour = given("labour", _l("本年投入工时"), 162, _l("本年投入、两方都已确认的劳务工时。"), HOURS, Contribution.quantity)
venue = given("venue", _l("本年提供场地（次）"), 163, _l("本年投入、两方都已确认的场地使用次数。"), HOURS, Contribution.quantity)
expertise = given("expertise", _l("本年专业服务（小时）"), 164, _l("本年投入、两方都已确认的专业服务小时。"), HOURS,
                  Contribution.quantity)
dormant = Indicator(
    name="pairing.dormant", label=_l("沉寂结对"), of="pairing.pairs", good="low", tile=True, icon="clock-history", rank=170,
    where=when.dormant, definition=_l("长期没有任何共建活动的结对，需要双方商量：恢复、调整或结束。"))
nothing_yet = Indicator(
    name="pairing.nothing_yet", label=_l("本年尚无完成项目的单位"), of="pairing.units", good="low", rank=180,
    over=when.takes_part, where=when.nothing_yet,
    definition=_l("在共建期内、本年还没有验收项目的单位。用于上门了解困难，不作排名。"))
resolved = Indicator(
    name="pairing.resolutions_closed", label=_l("议定事项办结率"), of="pairing.resolutions", unit=PERCENT, good="high", rank=190,
    where=lambda ctx: CouncilResolution.state == "closed",
    over=lambda ctx: CouncilResolution.state.in_((*RESOLUTION_OPEN, "closed")),
    definition=_l("联席会议议定事项中，已确认办结的比例。"))
resolutions_late = Indicator(
    name="pairing.resolutions_late", label=_l("逾期议定事项"), of="pairing.resolutions", good="low", rank=191,
    where=when.resolution_late, definition=_l("过了期限、还没有报告落实的联席会议议定事项。"))
