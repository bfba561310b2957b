"""Visits, quarterly summaries, yearly reviews."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import func, select

from core.base.db import session
from core.base.i18n import _
from core.contracts.errors import Conflict
from core.service import Context, service

from ..facts import Errors, check_account, check_result, check_texts, clean, not_future
from ..models import JointProject, Pairing, PairReview, PairVisit, QuarterSummary
from ..sides import ORG_ACT, UNIT_ACT, note_event, pair_in_sight, require_side, side_of
from ..spans import REVIEW, SUMMARY, Kind, Span, in_term, opens_on, span_from
from ..words import UNIT_SIDE

WRITE = "pairing.visit.write"
TEXTS = ("topic", "problems", "solved", "result")


@service(WRITE)
def log_visit(ctx: Context, *, pair_id: int, kind: str, on: dt.date | None = None, **data: Any) -> PairVisit:
    """Note an exchange, help visit or activity of a pairing in force. Raises Invalid with a sentence per field."""
    pair = pair_in_sight(ctx, pair_id)
    side_of(ctx, pair, WRITE)
    clean(visit_errors(ctx, pair, data, on))
    day = on or ctx.today()
    row = PairVisit(**_sides(pair), **visit_facts(kind, day, data), by_name=ctx.actor.label[:80])
    session().add(row)
    session().flush()
    note_event(ctx, pair, day)
    ctx.audit("pairing_visit", row.id, row.topic, visit=kind, pair=pair.label)
    return row


def visit_errors(ctx: Context, pair: Pairing, data: dict[str, Any], on: dt.date | None) -> Errors:
    """What is wrong with an activity on a day (none: today): its texts, and whether the pairing was in force."""
    errors: Errors = {}
    check_texts(data, TEXTS, errors)
    not_future(ctx, on, "on", errors)
    day = on or ctx.today()
    if pair.signed_on is None or day < pair.starts_on:
        errors.setdefault("on", []).append(_("协议生效（%(day)s）之后的活动才在这里登记。", day=pair.starts_on.isoformat()))
    elif pair.ended_on and day > pair.ended_on:
        errors.setdefault("on", []).append(_("结对已于 %(day)s 结束，此后的活动不在这里登记。", day=pair.ended_on.isoformat()))
    check_result(data.get("result"), "result", errors)
    return errors


def visit_facts(kind: str, day: dt.date, data: dict[str, Any]) -> dict[str, Any]:
    """The columns of an activity as its form gave them."""
    return {"kind": kind, "on": day, "people": data.get("people"), "beneficiaries": data.get("beneficiaries"),
            "place": data.get("place") or "", **{name: (data.get(name) or "").strip() for name in TEXTS}}


def _sides(pair: Pairing) -> dict[str, Any]:
    return {"pair_id": pair.id, "org_id": pair.org_id, "org_path": pair.org_path, "unit_id": pair.unit_id,
            "unit_path": pair.unit_path}


def _check_span(ctx: Context, pair: Pairing, kind: Kind, span: Span, field: str, errors: Errors) -> None:
    """A quarter or year of the term, written of at its end: what is said of it can still come true before."""
    if not in_term(pair, span) or span.first > ctx.today():
        errors[field] = [_("请填写协议期内、已经开始的季度。") if kind is SUMMARY else _("年度应在协议开始当年到今年之间。")]
    elif (day := opens_on(kind, pair, span)) > ctx.today():
        errors[field] = [_("还没有到登记时间，%(day)s 起可以登记。", day=day.isoformat())]


@service(WRITE)
def write_summary(ctx: Context, pair_id: int, *, year: int, quarter: int, done: str,
    next_steps: str | None = None) -> QuarterSummary:
    """The quarter in a few lines; what was done is counted from the records. Once per quarter; raises Conflict for a second."""
    pair = pair_in_sight(ctx, pair_id)
    require_side(ctx, WRITE, pair.org_path)
    errors: Errors = {}
    span = span_from(SUMMARY, dt.date(year, 3 * quarter - 2, 1))
    _check_span(ctx, pair, SUMMARY, span, "quarter", errors)
    check_account(errors, "done", done=done, next_steps=next_steps)
    clean(errors)
    mine = (QuarterSummary.pair_id == pair.id, QuarterSummary.year == year, QuarterSummary.quarter == quarter)
    if session().scalars(select(QuarterSummary.id).where(*mine)).first():
        raise Conflict(_("%(year)s 年第 %(quarter)s 季度的小结已经登记。", year=year, quarter=quarter))
    row = QuarterSummary(
        **_sides(pair),
        year=year,
        quarter=quarter,
        done=done.strip(),
        next_steps=(next_steps or "").strip(),
        on=ctx.today(),
        by_name=ctx.actor.label[:80],
        **counts(span, pair),
    )
    session().add(row)
    session().flush()
    ctx.audit("pairing_summary", row.id, pair.label, year=year, quarter=quarter)
    return row


def counts(span: Span, pair: Pairing) -> dict[str, int]:
    """What the records of a pairing show for a span: visits, projects claimed, projects delivered."""
    claimed = JointProject.state.not_in(("requested", "cancelled"))
    return {"visits": _within(span, pair, PairVisit, PairVisit.on),
            "claimed": _within(span, pair, JointProject, JointProject.claimed_on, claimed),
            "delivered": _within(span, pair, JointProject, JointProject.accepted_on)}


def _within(span: Span, pair: Pairing, model: Any, day: Any, *where: Any) -> int:
    wanted = select(func.count(model.id)).where(model.pair_id == pair.id, day.between(span.first, span.last), *where)
    return session().scalar(wanted) or 0


@service("pairing.pair.read", action="pairing.review.write")
def write_review(ctx: Context, pair_id: int, *, year: int, rating: str, results: str, wishes: str | None = None) -> PairReview:
    """What the actor's side says of the year; once per side and year. Raises Conflict for a second one, Forbidden for
    whoever acts for neither side."""
    pair = pair_in_sight(ctx, pair_id)
    side = side_of(ctx, pair, ORG_ACT)
    require_side(ctx, UNIT_ACT if side == UNIT_SIDE else ORG_ACT, pair.unit_path if side == UNIT_SIDE else pair.org_path)
    errors: Errors = {}
    _check_span(ctx, pair, REVIEW, span_from(REVIEW, dt.date(year, 1, 1)), "year", errors)
    check_account(errors, "results", results=results, wishes=wishes)
    clean(errors)
    if session().scalars(select(PairReview.id).where(PairReview.pair_id == pair.id, PairReview.year == year,
        PairReview.side == side)).first():
        raise Conflict(_("%(year)s 年本方的评价已经登记。", year=year))
    row = PairReview(**_sides(pair), year=year, side=side, rating=rating, results=results.strip(), wishes=(wishes or "").strip(),
                 on=ctx.today(), by_name=ctx.actor.label[:80])
    session().add(row)
    session().flush()
    ctx.audit("pairing_review", row.id, pair.label, year=year, side=side)
    return row
