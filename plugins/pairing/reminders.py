"""Work that comes round with time: signatures, renewals, quarterly exchange and summary, yearly reviews, councils.

The dates come from rules.toml; what they concern is asked of the records each day.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import aliased

from core.base.db import session
from core.base.i18n import _l
from core.plugin import Due, Reminder
from core.service import Context

from . import conditions as when
from .models import (
    Council,
    CouncilMember,
    CouncilResolution,
    CouncilSession,
    JointProject,
    NeedItem,
    PairAgreement,
    Pairing,
    PairReview,
    PairVisit,
    QuarterSummary,
)
from .spans import REVIEW, SUMMARY, Kind, Span, last_and_this, owes
from .words import HAS_RUN, NEED_OPEN, ORG_SIDE, UNIT_SIDE, WORKING
from .workflows import need_flow, pairing_flow, project_flow, resolution_flow

UNIT, ORG, OPENS = "pairing.unit.act", "pairing.community.act", "pairing.pair"
AHEAD = "pairing.notice_ahead"


def about_pairs(since: Any, *where: Any, path: Any = Pairing.org_path) -> Select[Any]:
    """The columns a reminder reads, with the pairing's name."""
    return select(Pairing.id.label("record_id"), path.label("org_path"),
                  (Pairing.unit_name + " — " + Pairing.org_name).label("subject"), since.label("since")).where(*where)


def to_sign(side: str, path: Any) -> Any:
    """Agreements that wait for one side."""
    return lambda ctx: about_pairs(PairAgreement.proposed_on, when.unsigned(side), path=path).join(
        PairAgreement, and_(PairAgreement.tenant_id == Pairing.tenant_id, PairAgreement.pair_id == Pairing.id)).where(
        Pairing.state.not_in(("ended", "declined")))


def in_force(since: Any, path: Any) -> Any:
    return lambda ctx: about_pairs(since, when.is_working(), path=path)


def reminder(name: str, title: Any, permission: str, rows: Any, **more: Any) -> Reminder:
    return Reminder(name=f"pairing.{name}", title=title, permission=permission, rows=rows, **{
        "opens": OPENS, "record_kind": pairing_flow.name, **more})


sign_unit = reminder("sign_unit", _l("请签署共建协议"), UNIT, to_sign(UNIT_SIDE, Pairing.unit_path),
                     rule="pairing.sign_within", ahead="pairing.sign_within")
sign_community = reminder("sign_community", _l("请签署共建协议"), ORG, to_sign(ORG_SIDE, Pairing.org_path),
                          rule="pairing.sign_within", ahead="pairing.sign_within")
expiry = reminder("expiry", _l("共建协议将到期，请商定是否续签"), ORG, in_force(Pairing.ends_on, Pairing.org_path),
                  ahead="pairing.expiry_notice")
expiry_last = reminder(
    "expiry_last",
    _l("共建协议即将到期，请尽快续签或结束"),
    UNIT,
    in_force(Pairing.ends_on, Pairing.unit_path),
    ahead="pairing.expiry_last_notice",
)


def exchanged(path: Any) -> Any:
    """By the last exchange, visit or activity; a pairing that has none yet by what its sheet said, or its first day."""
    def rows(ctx: Context) -> Select[Any]:
        visit = aliased(PairVisit)
        last = select(func.max(visit.on)).where(
            visit.tenant_id == Pairing.tenant_id, visit.pair_id == Pairing.id).correlate(Pairing).scalar_subquery()
        return about_pairs(func.coalesce(last, Pairing.last_event_on, Pairing.starts_on), when.is_working(), path=path)
    return rows


exchange = reminder("exchange_due", _l("本季度还没有交流或走访"), ORG, exchanged(Pairing.org_path),
                    rule="pairing.exchange_interval", ahead=AHEAD)
exchange_unit = reminder("exchange_due_unit", _l("本季度还没有交流或走访"), UNIT, exchanged(Pairing.unit_path),
                         rule="pairing.exchange_interval", ahead=AHEAD)


def projects(path: Any) -> Any:
    """Projects in hand with a date."""
    return lambda ctx: select(JointProject.id.label("record_id"), path.label("org_path"), JointProject.title.label("subject"),
                              JointProject.due_on.label("since")).where(
        JointProject.state.in_(("claimed", "in_progress", "returned")), JointProject.due_on.is_not(None))


project_due = reminder("project_due", _l("共建项目将到期"), UNIT, projects(JointProject.unit_path), ahead=AHEAD,
                       opens="pairing.project", record_kind=project_flow.name)


def open_needs(ctx: Context) -> Iterable[Due]:
    """Per pairing in force: there are needs nobody has claimed. One item per day of publication, never one per click."""
    newest = session().execute(select(NeedItem.org_id, func.max(NeedItem.published_on)).where(
        NeedItem.state == NEED_OPEN[0]).group_by(NeedItem.org_id)).all()
    dates = {row[0]: row[1] for row in newest}
    rows = session().scalars(select(Pairing).where(Pairing.state.in_(WORKING), Pairing.org_id.in_(dates))).all()
    return [Due(pair.id, pair.unit_path or "", pair.org_name, dates[pair.org_id]) for pair in rows]


needs_open = reminder("needs_open", _l("结对社区有新需求待认领"), UNIT, open_needs, record_kind=need_flow.name,
                      opens="pairing.open_needs")


def owed(ctx: Context, kind: Kind, done: Any) -> Iterable[tuple[Pairing, dt.date]]:
    """Pairings with the end of the earliest span they owe something for: the one that ended last stays owed for the time of
    the rule. `done`: (span) -> select of the ids of pairings that have it."""
    settled = [(span, set(session().scalars(done(span)))) for span in last_and_this(kind, ctx.today())]
    for pair in session().scalars(select(Pairing).where(Pairing.state.in_(HAS_RUN))).all():
        for span, have in settled:
            if pair.id not in have and owes(kind, pair, span, ctx.today()):
                yield pair, span.last
                break


def reviews_due(side: str) -> Any:
    """Pairings whose year one side has not reviewed: due at its end. A term that only just began is reviewed next year."""
    def done(span: Span) -> Select[Any]:
        return select(PairReview.pair_id).where(PairReview.year == span.first.year, PairReview.side == side)

    def rows(ctx: Context) -> Iterable[Due]:
        return [Due(pair.id, (pair.unit_path if side == UNIT_SIDE else pair.org_path) or "", pair.label, last)
                for pair, last in owed(ctx, REVIEW, done)]
    return rows


review_unit = reminder(
    "review_unit", _l("请登记年度互评（单位评社区）"), UNIT, reviews_due(UNIT_SIDE), ahead="pairing.review_ahead"
)
review_community = reminder("review_community", _l("请登记年度互评（社区评单位）"), ORG, reviews_due(ORG_SIDE),
                            ahead="pairing.review_ahead")


def summaries_due(ctx: Context) -> Iterable[Due]:
    """Pairings without the summary of a quarter: due on its last day."""
    def done(span: Span) -> Select[Any]:
        return select(QuarterSummary.pair_id).where(
            QuarterSummary.year == span.first.year, QuarterSummary.quarter == span.quarter)

    return [Due(pair.id, pair.org_path, pair.label, last) for pair, last in owed(ctx, SUMMARY, done)]


summary = reminder("summary_due", _l("请登记季度小结"), "pairing.visit.write", summaries_due, ahead="pairing.summary_ahead")


def councils_due(ctx: Context) -> Iterable[Due]:
    """Councils by their last session (or their foundation)."""
    last = select(CouncilSession.council_id, func.max(CouncilSession.on).label("on")).group_by(CouncilSession.council_id)
    dates: dict[int, dt.date] = {row[0]: row[1] for row in session().execute(last)}
    rows = session().scalars(select(Council).where(Council.closed_on.is_(None))).all()
    return [Due(one.id, one.org_path, one.name, dates.get(one.id, one.founded_on)) for one in rows]


council = reminder(
    "council_due",
    _l("该召开联席会议了，请征集议题"),
    "pairing.council.manage",
    councils_due,
    opens="pairing.council",
    rule="pairing.council_interval",
    ahead=AHEAD,
    record_kind="pairing_council",
)


def sessions_open(ctx: Context) -> Iterable[Due]:
    """Sessions whose day has come and whose sheet and minutes nobody confirmed."""
    rows = session().execute(select(CouncilSession, Council.name).join(CouncilSession.council).where(
        CouncilSession.held.is_(False), CouncilSession.on <= ctx.today())).all()
    return [Due(held.id, held.org_path, name, held.on) for held, name in rows]


def seats_called(ctx: Context) -> Iterable[Due]:
    """Per unit with a seat: a session that is to come, named by the unit's first seat. Due on its day."""
    rows = session().execute(select(func.min(CouncilMember.id), CouncilMember.unit_path, Council.name, CouncilSession.on).join(
        CouncilSession.council).join(CouncilMember, and_(CouncilMember.tenant_id == CouncilSession.tenant_id,
                                                         CouncilMember.council_id == CouncilSession.council_id)).where(
        CouncilSession.held.is_(False), CouncilSession.on >= ctx.today(), CouncilMember.ends_on.is_(None),
        CouncilMember.unit_path.is_not(None)).group_by(CouncilMember.unit_path, Council.name, CouncilSession.on)).all()
    return [Due(*row) for row in rows]


session_coming = reminder("session_coming", _l("联席会议将召开，请准备议题并安排能作决定的人到会"), UNIT, seats_called,
                          ahead=AHEAD, opens="pairing.seat", record_kind="pairing_council")
session_open = reminder("session_open", _l("会议已过，请登记到会情况并确认会议"), "pairing.council.manage", sessions_open,
                        opens="pairing.session", record_kind="pairing_council")


def resolutions(owner: Any) -> Any:
    """Resolutions nobody has reported on, of units or of the community itself."""
    return lambda ctx: select(
        CouncilResolution.id.label("record_id"), CouncilResolution.owner_path.label("org_path"),
        CouncilResolution.text.label("subject"), CouncilResolution.due_on.label("since")).where(
        CouncilResolution.state.in_(("open", "carried")), owner)


resolution_due = reminder(
    "resolution_due", _l("议定事项将到期"), "pairing.resolution.report", resolutions(CouncilResolution.unit_id.is_(None)),
    ahead=AHEAD, opens="pairing.resolution", record_kind=resolution_flow.name)
resolution_due_unit = reminder(
    "resolution_due_unit", _l("议定事项将到期"), UNIT, resolutions(CouncilResolution.unit_id.is_not(None)),
    ahead=AHEAD, opens="pairing.resolution", record_kind=resolution_flow.name)
