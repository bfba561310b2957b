"""States and steps of pairings, the three lists, contributions and resolutions. Deadlines come from rules.toml."""

from __future__ import annotations

from core.base.i18n import _l
from core.plugin import State, Workflow, elapsed, step

from . import effects
from .models import Contribution, CouncilResolution, JointProject, NeedItem, Pairing, ResourceItem
from .schemas.steps import Accepted, Asked, CarriedOver, Claimed, Delivered, Planned, Reported
from .words import IN_FORCE, RESOLUTION_OPEN

READ, UNIT, ORG = "pairing.pair.read", "pairing.unit.act", "pairing.community.act"
BY_ITSELF = "pairing.pair.conclude"             # follows from what both sides did; nobody presses it
AT_UNIT = "unit_path"
CLAIM_OPEN = "claim_open"                       # a need nobody was asked to take: waits in no inbox, made on its own page

pairing_flow = Workflow(
    name="pairing.pairing", title=_l("结对"), model=Pairing, initial="proposed", label=lambda pair: pair.label,
    permission=READ, opens="pairing.pair",
    states=(
        State("proposed", _l("待签约"), "info"),
        State("agreed", _l("已签约"), "info"),
        State("active", _l("共建中"), "ok"),
        State("dormant", _l("沉寂"), "warn"),
        State("expired", _l("已到期"), "warn"),
        State("ended", _l("已结束"), "mute", final=True),
        State("declined", _l("未达成"), "mute", final=True),
    ),
    steps=(
        step("agree", _l("双方签约"), "proposed", "agreed", may=BY_ITSELF, check=effects.both_signed),
        step("begin", _l("开始共建"), "agreed", "active", may=BY_ITSELF, when=elapsed("starts_on", "pairing.begin_after"),
             effect=effects.begin),
        step("fall_dormant", _l("长期没有活动"), "active", "dormant", when=elapsed("last_event_on", "pairing.dormant_after")),
        step("wake", _l("恢复活动"), "dormant", "active", may=BY_ITSELF),
        step("expire", _l("协议到期"), ("active", "dormant"), "expired", when=elapsed("ends_on", "pairing.expire_after")),
        step("renew", _l("续签生效"), ("expired", "dormant"), "active", may=BY_ITSELF, check=effects.both_signed),
        step("decline", _l("单位不同意"), "proposed", "declined", may=UNIT, at=AT_UNIT, reason="required", effect=effects.end),
        step("withdraw", _l("撤回意向"), "proposed", "declined", may=ORG, reason="required", effect=effects.end),
        step("end", _l("结束结对"), IN_FORCE, "ended", may="pairing.pair.end", reason="required", tone="danger",
             check=effects.unfinished, effect=effects.end),
    ),
)
need_flow = Workflow(
    name="pairing.need", title=_l("需求"), model=NeedItem, initial="open", label=lambda need: need.title, permission=READ,
    opens="pairing.need",
    states=(
        State("open", _l("待认领"), "info"),
        State("asked", _l("已点请"), "info"),
        State("claimed", _l("已认领"), "ok"),
        State("met", _l("已完成"), "ok", final=True),
        State("withdrawn", _l("已撤回"), "mute", final=True),
    ),
    steps=(
        step("ask", _l("请单位办理"), "open", "asked", may=ORG, schema=Asked, needs=("pair_id",), effect=effects.ask),
        step(CLAIM_OPEN, _l("认领"), "open", "claimed", may=UNIT, at=AT_UNIT, schema=Claimed, needs=("owner_name",),
             effect=effects.claim),
        step("claim", _l("认领"), "asked", "claimed", may=UNIT, at=AT_UNIT, schema=Claimed, needs=("owner_name",),
             due="pairing.answer_within", primary=True, effect=effects.claim),
        step("decline", _l("暂不能办"), "asked", "open", may=UNIT, at=AT_UNIT, reason="required", back=True,
             effect=effects.let_go),
        step("take_back", _l("收回点请"), "asked", "open", may=ORG, reason="optional", effect=effects.let_go),
        step("reopen", _l("重新开放认领"), ("asked", "claimed"), "open", may=BY_ITSELF, effect=effects.let_go),
        step("meet", _l("已完成"), "claimed", "met", may=BY_ITSELF),
        step("withdraw", _l("撤回"), ("open", "asked"), "withdrawn", may=ORG, reason="required", tone="danger"),
    ),
)
resource_flow = Workflow(
    name="pairing.resource", title=_l("资源"), model=ResourceItem, initial="offered", label=lambda offer: offer.title,
    permission=READ, opens="pairing.resource",
    states=(State("offered", _l("可用"), "ok"), State("withdrawn", _l("已撤回"), "mute")),
    steps=(step("withdraw", _l("撤回"), "offered", "withdrawn", may=UNIT, reason="optional"),
           step("offer_again", _l("重新发布"), "withdrawn", "offered", may=UNIT)),
)
project_flow = Workflow(
    name="pairing.project", title=_l("共建项目"), model=JointProject, initial="claimed", label=lambda project: project.title,
    permission=READ, opens="pairing.project",
    states=(
        State("requested", _l("待单位确认"), "info"),
        State("claimed", _l("已认领"), "info"),
        State("in_progress", _l("办理中"), "info"),
        State("delivered", _l("待验收"), "warn"),
        State("returned", _l("退回整改"), "err"),
        State("accepted", _l("已验收"), "ok", final=True),
        State("cancelled", _l("已取消"), "mute", final=True),
    ),
    steps=(
        step("take", _l("同意承办"), "requested", "claimed", may=UNIT, at=AT_UNIT, due="pairing.answer_within", primary=True,
             effect=effects.take),
        step("plan", _l("制定方案"), "claimed", "in_progress", may=UNIT, at=AT_UNIT, schema=Planned, needs=("plan", "due_on"),
             due="pairing.plan_within", primary=True, effect=effects.plan),
        step("deliver", _l("报送完成"), ("in_progress", "returned"), "delivered", may=UNIT, at=AT_UNIT, schema=Delivered,
             needs=("result",), todo=True, primary=True, effect=effects.deliver),
        step("accept", _l("验收"), "delivered", "accepted", may=ORG, schema=Accepted, needs=("rating",),
             due="pairing.accept_within", review=True, primary=True, effect=effects.accept),
        step("send_back", _l("退回"), "delivered", "returned", may=ORG, reason="required", back=True),
        step("cancel", _l("单位退出"), ("requested", "claimed", "in_progress", "returned"), "cancelled", may=UNIT, at=AT_UNIT,
             reason="required", tone="danger", effect=effects.cancel),
        step("call_off", _l("取消项目"), ("requested", "claimed", "in_progress", "returned"), "cancelled", may=ORG,
             reason="required", tone="danger", effect=effects.cancel),
    ),
)
gift_flow = Workflow(
    name="pairing.contribution", title=_l("共建投入"), model=Contribution, initial="unit_stated", label=lambda gift: gift.what,
    permission=READ, opens="pairing.gift",
    states=(
        State("unit_stated", _l("待社区确认"), "info"),
        State("community_stated", _l("待单位确认"), "info"),
        State("confirmed", _l("两方已确认"), "ok", final=True),
        State("refused", _l("有异议"), "err", final=True),
    ),
    steps=(
        step("confirm_receipt", _l("确认收到"), "unit_stated", "confirmed", may=ORG, due="pairing.confirm_within", primary=True,
             check=effects.another_person, effect=effects.confirm_for_community),
        step("confirm_given", _l("确认投入"), "community_stated", "confirmed", may=UNIT, at=AT_UNIT,
             due="pairing.confirm_within", primary=True, check=effects.another_person, effect=effects.confirm_for_unit),
        step("refuse_receipt", _l("不予确认"), "unit_stated", "refused", may=ORG, reason="required", tone="danger"),
        step("refuse_given", _l("不予确认"), "community_stated", "refused", may=UNIT, at=AT_UNIT, reason="required",
             tone="danger"),
    ),
)
resolution_flow = Workflow(
    name="pairing.resolution", title=_l("议定事项"), model=CouncilResolution, initial="open", label=lambda one: one.text[:40],
    permission="pairing.council.read", opens="pairing.resolution",
    states=(
        State("open", _l("待落实"), "info"),
        State("carried", _l("转下次会议"), "warn"),
        State("reported", _l("已报告"), "warn"),
        State("closed", _l("已办结"), "ok", final=True),
    ),
    steps=(
        step("report", _l("报告落实"), ("open", "carried"), "reported", may="pairing.resolution.report", at="owner_path",
             schema=Reported, needs=("result",), todo=True, primary=True, effect=effects.report,
             asks_for=lambda one: UNIT if one.unit_id else "pairing.resolution.report", asked_too=(UNIT,)),
        step("close", _l("确认办结"), "reported", "closed", may="pairing.council.manage", due="pairing.accept_within",
             review=True, primary=True),
        step("carry_over", _l("转下次会议"), RESOLUTION_OPEN, "carried", may="pairing.council.manage", schema=CarriedOver,
             needs=("due_on",), reason="required", back=True, effect=effects.carry_over),
    ),
)
