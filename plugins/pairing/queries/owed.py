"""What a form of a summary or a review begins with."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select

from core.base.db import session
from core.service import Context, service

from ..models import Pairing, PairReview, QuarterSummary
from ..sides import ORG_ACT, READ, side_of
from ..spans import REVIEW, SUMMARY, Span, to_write


@service(READ, writes=False)
def summary_to_write(ctx: Context, pair_id: int) -> Span | None:
    """The quarter whose summary is due, if any. Raises NotFound."""
    pair = ctx.get(Pairing, pair_id)
    written = session().execute(select(QuarterSummary.year, QuarterSummary.quarter).where(
        QuarterSummary.pair_id == pair.id)).all()
    return to_write(SUMMARY, pair, ctx.today(), {dt.date(year, 3 * quarter - 2, 1) for year, quarter in written})


@service(READ, writes=False)
def review_to_write(ctx: Context, pair_id: int) -> Span | None:
    """The year the reader's side has to review, if any. Raises NotFound, and Forbidden for whoever acts for neither side."""
    pair = ctx.get(Pairing, pair_id)
    written = session().scalars(select(PairReview.year).where(
        PairReview.pair_id == pair.id, PairReview.side == side_of(ctx, pair, ORG_ACT)))
    return to_write(REVIEW, pair, ctx.today(), {dt.date(year, 1, 1) for year in written})
