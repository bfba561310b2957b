"""What was written down wrongly is put right by the side that wrote it, or taken back; the audit keeps what it was."""

from __future__ import annotations

import datetime as dt
from typing import Any, TypeVar

from sqlalchemy import func, select

from core.base.db import session
from core.base.i18n import _
from core.base.scope import beyond_subtree
from core.contracts.errors import Forbidden
from core.service import Context, service

from ..facts import Errors, check_account, check_texts, clean
from ..models import Contribution, JointProject, Pairing, PairReview, PairVisit, QuarterSummary
from ..sides import ORG_ACT, READ, UNIT_ACT, note_event, works_for
from ..spans import SUMMARY, span_from
from ..words import UNIT_SIDE
from .meetings import WRITE, counts, visit_errors, visit_facts

Row = TypeVar("Row", PairVisit, QuarterSummary, PairReview)


@service(READ, writes=False)
def to_correct(ctx: Context, model: type[Row], record_id: int) -> tuple[Row, Pairing]:
    """A record which the actor's side may put right, with its pairing. Raises NotFound, or Forbidden for the other side's."""
    row = _mine(ctx, model, record_id)
    return row, ctx.get(Pairing, row.pair_id)


@service(WRITE, action="pairing.visit.correct")
def correct_visit(ctx: Context, visit_id: int, *, version: int | None = None, kind: str, on: dt.date | None = None,
    **data: Any) -> PairVisit:
    """Change what was noted of an activity; its pairing stays. Raises Invalid with a sentence per field, Conflict when stale."""
    row = _mine(ctx, PairVisit, visit_id, version)
    day, pair = on or row.on, ctx.get(Pairing, row.pair_id)
    clean(visit_errors(ctx, pair, data, day))
    before = row.on
    _put(ctx, row, row.topic, **visit_facts(kind, day, data))
    _date_anew(ctx, pair, before)
    note_event(ctx, pair, day)
    return row


@service(WRITE, action="pairing.visit.withdraw")
def withdraw_visit(ctx: Context, visit_id: int, *, reason: str, version: int | None = None) -> Pairing:
    """Take back an activity that was noted twice or by mistake; the reason stays in the audit. Returns its pairing."""
    row = _mine(ctx, PairVisit, visit_id, version)
    errors: Errors = {}
    check_texts({"reason": reason}, ("reason",), errors)
    if not reason.strip():
        errors["reason"] = [_("请填写撤销的原因。")]
    clean(errors)
    pair = ctx.get(Pairing, row.pair_id)
    ctx.audit("pairing_visit", row.id, row.topic, pair=pair.label, on=row.on.isoformat(), visit=row.kind, reason=reason.strip())
    session().delete(row)
    session().flush()
    _date_anew(ctx, pair, row.on)
    return pair


@service(WRITE, action="pairing.summary.correct")
def correct_summary(ctx: Context, summary_id: int, *, done: str, next_steps: str | None = None,
    version: int | None = None) -> QuarterSummary:
    """Change the lines of a quarter; its counts are taken anew, for the records may have been put right too."""
    row = _mine(ctx, QuarterSummary, summary_id, version)
    errors: Errors = {}
    check_account(errors, "done", done=done, next_steps=next_steps)
    clean(errors)
    pair = ctx.get(Pairing, row.pair_id)
    _put(ctx, row, pair.label, done=done.strip(), next_steps=(next_steps or "").strip(),
         **counts(span_from(SUMMARY, dt.date(row.year, 3 * row.quarter - 2, 1)), pair))
    return row


@service(READ, action="pairing.review.correct")
def correct_review(ctx: Context, review_id: int, *, rating: str, results: str, wishes: str | None = None,
    version: int | None = None) -> PairReview:
    """Change what the actor's own side said of a year. Raises Forbidden for the other side's words."""
    row = _mine(ctx, PairReview, review_id, version)
    errors: Errors = {}
    check_account(errors, "results", results=results, wishes=wishes)
    clean(errors)
    _put(ctx, row, ctx.get(Pairing, row.pair_id).label, rating=rating, results=results.strip(), wishes=(wishes or "").strip())
    return row


def may_correct(ctx: Context, row: PairVisit | QuarterSummary | PairReview) -> bool:
    """Whether the actor may put the record right: either side an activity, the community a summary, each its own review."""
    if isinstance(row, PairVisit):
        return works_for(ctx, WRITE, row)
    if isinstance(row, QuarterSummary):
        return ctx.may(WRITE, row.org_path)
    if row.side == UNIT_SIDE:
        return row.unit_path is not None and ctx.may(UNIT_ACT, row.unit_path)
    return ctx.may(ORG_ACT, row.org_path)


def _mine(ctx: Context, model: type[Row], record_id: int, version: int | None = None) -> Row:
    row = ctx.get(model, record_id)
    if not may_correct(ctx, row):
        raise Forbidden(WRITE)
    ctx.check_version(row, version)
    return row


def _put(ctx: Context, row: Any, label: str, **new: Any) -> None:
    """Write what differs. The audit names the fields, and the values of dates and numbers; texts may tell of people."""
    old = {name: getattr(row, name) for name, value in new.items() if getattr(row, name) != value}
    for name in old:
        setattr(row, name, new[name])
    session().flush()
    told = {name: [str(was), str(new[name])] for name, was in old.items() if isinstance(was, int | dt.date)}
    ctx.audit(row.__tablename__, row.id, label, fields=sorted(old), changes=told)


def _date_anew(ctx: Context, pair: Pairing, was: dt.date) -> None:
    """The day of the last thing done together, when the one that went or moved was that day."""
    if pair.last_event_on != was:
        return
    with beyond_subtree("pairing: what either side did counts"):
        days = [session().scalar(select(func.max(day)).where(model.pair_id == pair.id)) for model, day in (
            (PairVisit, PairVisit.on), (JointProject, JointProject.claimed_on), (JointProject, JointProject.accepted_on),
            (Contribution, Contribution.on))]
    pair.last_event_on = max((day for day in (*days, pair.signed_on, pair.starts_on) if day and day <= ctx.today()), default=None)
    session().flush()
