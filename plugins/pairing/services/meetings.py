"""Visits, quarterly summaries, yearly reviews."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import func, select

from core.base.db import session
from core.base.i18n import _
from core.contracts.errors import Conflict
from core.service import Context, service

from ..facts import Errors, check_result, check_texts, clean, not_future
from ..models import JointProject, Pairing, PairReview, PairVisit, QuarterSummary
from ..sides import ORG_ACT, UNIT_ACT, note_event, pair_in_sight, require_side, side_of
from ..words import UNIT_SIDE

WRITE = "pairing.visit.write"
TEXTS = ("topic", "problems", "solved", "result")


@service(WRITE)
def log_visit(ctx: Context, *, pair_id: int, kind: str, on: dt.date | None = None, **data: Any) -> PairVisit:
    """Note an exchange, help visit or activity of a pairing in force. Raises Invalid with a sentence per field."""
    pair = pair_in_sight(ctx, pair_id)
    side_of(ctx, pair, WRITE)
    day, errors = on or ctx.today(), _errors(ctx, pair, data, on)
    check_result(data.get("result"), "result", errors)
    clean(errors)
    row = PairVisit(kind=kind, on=day, by_name=ctx.actor.label[:80], **_sides(pair), people=data.get("people"),
                beneficiaries=data.get("beneficiaries"), place=data.get("place") or "",
                **{name: (data.get(name) or "").strip() for name in TEXTS})
    session().add(row)
    session().flush()
    note_event(ctx, pair, day)
    ctx.audit("pairing_visit", row.id, row.topic, visit=kind, pair=pair.label)
    return row


def _errors(ctx: Context, pair: Pairing, data: dict[str, Any], on: dt.date | None) -> Errors:
    errors: Errors = {}
    check_texts(data, TEXTS, errors)
    not_future(ctx, on, "on", errors)
    day = on or ctx.today()
    if pair.signed_on is None or day < pair.starts_on:
        errors.setdefault("on", []).append(_("协议生效（%(day)s）之后的活动才在这里登记。", day=pair.starts_on.isoformat()))
    elif pair.ended_on and day > pair.ended_on:
        errors.setdefault("on", []).append(_("结对已于 %(day)s 结束，此后的活动不在这里登记。", day=pair.ended_on.isoformat()))
    return errors


def _sides(pair: Pairing) -> dict[str, Any]:
    return {"pair_id": pair.id, "org_id": pair.org_id, "org_path": pair.org_path, "unit_id": pair.unit_id,
            "unit_path": pair.unit_path}


def quarter_days(year: int, quarter: int) -> tuple[dt.date, dt.date]:
    """First and last day."""
    first = dt.date(year, 3 * quarter - 2, 1)
    after = dt.date(year + quarter // 4, 3 * quarter % 12 + 1, 1)
    return first, after - dt.timedelta(days=1)


@service(WRITE)
def write_summary(ctx: Context, pair_id: int, *, year: int, quarter: int, done: str,
    next_steps: str | None = None) -> QuarterSummary:
    """The quarter in a few lines; what was done is counted from the records. Once per quarter; raises Conflict for a second."""
    pair = pair_in_sight(ctx, pair_id)
    require_side(ctx, WRITE, pair.org_path)
    errors: Errors = {}
    first, last = quarter_days(year, quarter)
    if first > ctx.today() or pair.signed_on is None or last < pair.starts_on:
        errors["quarter"] = [_("请填写协议期内、已经开始的季度。")]
    check_result(done, "done", errors)
    check_texts({"done": done, "next_steps": next_steps}, ("done", "next_steps"), errors)
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
        visits=_between(PairVisit, PairVisit.on, pair, first, last),
        claimed=_between(JointProject, JointProject.published_on, pair, first, last),
        delivered=_between(JointProject, JointProject.accepted_on, pair, first, last),
    )
    session().add(row)
    session().flush()
    ctx.audit("pairing_summary", row.id, pair.label, year=year, quarter=quarter)
    return row


def _between(model: Any, day: Any, pair: Pairing, first: dt.date, last: dt.date) -> int:
    return session().scalar(select(func.count(model.id)).where(model.pair_id == pair.id, day.between(first, last))) or 0


@service("pairing.pair.read", action="pairing.review.write")
def write_review(ctx: Context, pair_id: int, *, year: int, rating: str, results: str, wishes: str | None = None) -> PairReview:
    """What the actor's side says of the year; once per side and year. Raises Conflict for a second one, Forbidden for
    whoever acts for neither side."""
    pair = pair_in_sight(ctx, pair_id)
    side = side_of(ctx, pair, ORG_ACT)
    require_side(ctx, UNIT_ACT if side == UNIT_SIDE else ORG_ACT, pair.unit_path if side == UNIT_SIDE else pair.org_path)
    errors: Errors = {}
    if pair.signed_on is None or not pair.starts_on.year <= year <= ctx.today().year:
        errors["year"] = [_("年度应在协议开始当年到今年之间。")]
    check_result(results, "results", errors)
    check_texts({"results": results, "wishes": wishes}, ("results", "wishes"), errors)
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
