"""Activities, contact points, quarterly summaries, yearly reviews, and what councils resolved."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from core.base.i18n import _, _l
from core.plugin import Action, Filter, View, col

from .. import conditions as when
from ..models import Council, CouncilResolution, CouncilSession, Pairing, PairReview, PairVisit, PartnerUnit, QuarterSummary
from ..words import RATING_TONES, RATINGS, SIDES, VISITS
from ..workflows import pairing_flow, resolution_flow
from .frame import KIND, ORG_NAME, UNIT_NAME, register, sides, state_of, this_year, under

activities = register(
    name="pairing.activities",
    title=_l("共建活动记录"),
    icon="calendar-check",
    rows=select(PairVisit).join(PairVisit.pair),
    key=PairVisit.id,
    scope=sides(PairVisit),
    opens="pairing.visit",
    columns=(
        col("on", _l("日期"), PairVisit.on, filter=True, width=11),
        col("kind", _l("形式"), PairVisit.kind, choices=VISITS, filter=True, width=9),
        col("topic", _l("主题"), PairVisit.topic, search=True, opens="pairing.visit", width=24),
        UNIT_NAME,
        ORG_NAME,
        col("place", _l("地点"), PairVisit.place, priority=2, width=14),
        col("people", _l("参加人数"), PairVisit.people, align="end", width=9),
        col("beneficiaries", _l("受益人数"), PairVisit.beneficiaries, align="end", width=9),
        col("problems", _l("了解到的问题"), PairVisit.problems, search=True, priority=2, width=20),
        col("solved", _l("解决情况"), PairVisit.solved, priority=2, width=20),
        col("result", _l("成果"), PairVisit.result, search=True, width=24),
        col("by_name", _l("登记人"), PairVisit.by_name, priority=3, width=10),
    ),
    filters=(under(PairVisit), this_year(PairVisit.on)),
    views=(
        View(name="help", label=_l("帮建走访"), query={"kind": "help"}),
        View(name="exchange", label=_l("工作交流"), query={"kind": "exchange"}),
        View(name="year", label=_l("本年"), query={"this_year": "1"}),
    ),
    order=("-on",),
    rank=50,
    actions=(Action(_l("登记活动"), "pairing.new_visit", "pairing.visit.write", icon="plus-lg", primary=True),),
    empty=_l("还没有活动记录。交流、走访、共建活动登记一次，季度小结和年度清单自动取用。"),
)
contact_points = register(
    name="pairing.contactpoints", title=_l("帮建联系点台账"), icon="houses",
    rows=select(Pairing).join(Pairing.unit).where(Pairing.kind == "branch_assistance"), key=Pairing.id,
    scope=sides(Pairing), opens="pairing.pair",
    columns=(
        col("org", _l("联系点"), Pairing.org_name, search=True, opens="pairing.pair", width=16),
        col("unit", _l("帮建单位"), Pairing.unit_name, search=True, width=18),
        col("party_org", _l("单位党组织"), PartnerUnit.party_org, search=True, width=18),
        col("owner", _l("责任人"), Pairing.unit_owner, search=True, width=10),
        col("liaison", _l("联络人"), PartnerUnit.liaison_name, width=10),
        col("signed_on", _l("签约日期"), Pairing.signed_on, filter=True, width=11),
        col("visits", _l("走访次数"), when.count_of(PairVisit, Pairing, lambda v: v.kind == "help"), align="end", width=9),
        col("solved", _l("解决问题（件）"), when.problems_solved(), align="end", width=10),
        col("last_event_on", _l("最近活动"), Pairing.last_event_on, filter=True, width=11),
        col("goals", _l("帮建目标"), Pairing.goals, search=True, width=30),
        state_of(pairing_flow, width=8),
    ),
    filters=(under(Pairing),), order=("org",), rank=70,
    empty=_l("还没有帮建联系点。发起结对时类型选“帮建”。"),
)
summaries = register(
    name="pairing.summaries", title=_l("共建季度小结"), icon="journal-text",
    rows=select(QuarterSummary).join(QuarterSummary.pair), key=QuarterSummary.id, scope=sides(QuarterSummary),
    columns=(
        col("year", _l("年度"), QuarterSummary.year, filter=True, width=7),
        col("quarter", _l("季度"), QuarterSummary.quarter, filter=True, width=6),
        UNIT_NAME, ORG_NAME, KIND,
        col("visits", _l("活动（次）"), QuarterSummary.visits, align="end", width=8),
        col("claimed", _l("认领（项）"), QuarterSummary.claimed, align="end", width=8),
        col("delivered", _l("完成（项）"), QuarterSummary.delivered, align="end", width=8),
        col("done", _l("做成的事"), QuarterSummary.done, search=True, width=34),
        col("next_steps", _l("下季度打算"), QuarterSummary.next_steps, width=24),
        col("by_name", _l("登记人"), QuarterSummary.by_name, priority=2, width=10),
        col("on", _l("登记日期"), QuarterSummary.on, priority=2, width=11),
    ),
    filters=(under(QuarterSummary), this_year(QuarterSummary.on)),
        views=(View(name="year", label=_l("本年"), query={"this_year": "1"}),),
    order=("-year", "-quarter"), rank=80,
    empty=_l("还没有季度小结。在结对页上登记，次数由系统从记录中统计。"),
)
reviews = register(
    name="pairing.reviews", title=_l("年度互评"), icon="chat-dots",
    rows=select(PairReview).join(PairReview.pair), key=PairReview.id, scope=sides(PairReview),
        note=_l("互评供双方改进工作，不排名、不公布。"),
    columns=(
        col("year", _l("年度"), PairReview.year, filter=True, width=7),
        UNIT_NAME, ORG_NAME, KIND,
        col("side", _l("评价方"), PairReview.side, choices=SIDES, filter=True, width=8),
        col("rating", _l("评价"), PairReview.rating, choices=RATINGS, tones=RATING_TONES, filter=True, width=9),
        col("results", _l("做成的事"), PairReview.results, search=True, width=34),
        col("wishes", _l("意见和建议"), PairReview.wishes, width=24),
        col("by_name", _l("登记人"), PairReview.by_name, priority=2, width=10),
        col("on", _l("日期"), PairReview.on, filter=True, width=11),
    ),
    filters=(under(PairReview),), order=("-year", "unit"), rank=85,
    empty=_l("还没有年度互评。年底双方在结对页上各登记一次。"),
)


def session_no(row: Any, ctx: Any) -> str:
    return _("第 %(n)s 次", n=row.number)


resolutions = register(
    name="pairing.resolutions",
    title=_l("联席会议议定事项"),
    permission="pairing.council.read",
    rows=select(CouncilResolution).join(CouncilResolution.session).join(CouncilSession.council),
    key=CouncilResolution.id,
    icon="check2-square",
    scope=(CouncilResolution.org_path, CouncilResolution.owner_path),
    opens="pairing.resolution",
    columns=(
        col("text", _l("议定事项"), CouncilResolution.text, search=True, opens="pairing.resolution", width=34),
        col("council", _l("会议"), Council.name, search=True, width=20),
        col("session", _l("次数"), value=session_no, width=8),
        col("on", _l("会议日期"), CouncilSession.on, filter=True, width=11),
        col("owner", _l("责任人"), CouncilResolution.owner_name, search=True, width=14),
        col(
            "due_on",
            _l("完成期限"),
            CouncilResolution.due_on,
            filter=True,
            warn=lambda row, ctx: row.due_on < ctx.today() and row.state in ("open", "carried"),
            width=11,
        ),
        state_of(resolution_flow, width=10),
        col("result", _l("落实情况"), CouncilResolution.result, search=True, width=28),
        col("times_carried", _l("转办次数"), CouncilResolution.times_carried, align="end", priority=3, width=8),
        col("number", _l("会议编号"), CouncilSession.number, hidden=True),
    ),
    filters=(under(CouncilResolution), Filter(name="late", label=_l("逾期"), kind="flag", where=when.resolution_late)),
    views=(
        View(name="late", label=_l("逾期"), query={"late": "1"}),
        View(name="open", label=_l("待落实"), query={"state": "open"}),
        View(name="carried", label=_l("转下次会议"), query={"state": "carried"}),
    ),
    order=("due_on",),
    rank=95,
    empty=_l("还没有议定事项。在联席会议的会议页上登记。"),
)
