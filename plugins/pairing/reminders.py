"""Work that comes round with time: signatures, renewals, quarterly exchange and summary, yearly reviews, councils.

The dates come from rules.toml; what they concern is asked of the records each day.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Select, and_, func, select

from core.base.db import session
from core.base.i18n import _l
from core.plugin import Due, Reminder
from core.service import Context

from . import conditions as when
from .models import Council, CouncilSession, JointProject, NeedItem, PairAgreement, Pairing, PairReview, QuarterSummary
from .services.meetings import quarter_days
from .words import NEED_OPEN, ORG_SIDE, UNIT_SIDE, WORKING
from .workflows import need_flow, pairing_flow, project_flow

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
exchange = reminder("exchange_due", _l("本季度还没有交流或走访"), ORG, in_force(Pairing.last_event_on, Pairing.org_path),
                    rule="pairing.exchange_interval", ahead=AHEAD)
exchange_unit = reminder(
    "exchange_due_unit",
    _l("本季度还没有交流或走访"),
    UNIT,
    in_force(Pairing.last_event_on, Pairing.unit_path),
    rule="pairing.exchange_interval",
    ahead=AHEAD,
)


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


def reviews_due(side: str) -> Any:
    """Pairings of this year that one side has not reviewed yet: due at the end of the year."""
    def rows(ctx: Context) -> Iterable[Due]:
        year = ctx.today().year
        done = select(PairReview.pair_id).where(PairReview.year == year, PairReview.side == side)
        found = session().scalars(select(Pairing).where(
            Pairing.state.in_(WORKING), Pairing.starts_on < dt.date(year, 10, 1), Pairing.id.not_in(done))).all()
        return [Due(pair.id, (pair.unit_path if side == UNIT_SIDE else pair.org_path) or "", pair.label, dt.date(year, 12, 31))
                for pair in found]
    return rows


review_unit = reminder(
    "review_unit", _l("请登记年度互评（单位评社区）"), UNIT, reviews_due(UNIT_SIDE), ahead="pairing.review_ahead"
)
review_community = reminder("review_community", _l("请登记年度互评（社区评单位）"), ORG, reviews_due(ORG_SIDE),
                            ahead="pairing.review_ahead")


def summaries_due(ctx: Context) -> Iterable[Due]:
    """Pairings without the summary of the running quarter: due on its last day."""
    year, quarter = ctx.today().year, (ctx.today().month + 2) // 3
    last = quarter_days(year, quarter)[1]
    done = select(QuarterSummary.pair_id).where(QuarterSummary.year == year, QuarterSummary.quarter == quarter)
    found = session().scalars(select(Pairing).where(Pairing.state.in_(WORKING), Pairing.id.not_in(done))).all()
    return [Due(pair.id, pair.org_path, pair.label, last) for pair in found]


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
