"""Quarters and years of a pairing: which it owes a summary or a review for, and from when each may be written."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from core.rules import add_months

from .conditions import ago
from .models import Pairing


@dataclass(frozen=True, slots=True)
class Kind:
    """What is written of a span of so many months. `least`: days a pairing must have run within one to owe it; `ahead`: the
    rule that says how long before its end it may be written."""

    months: int
    least: int
    ahead: str


SUMMARY = Kind(3, 30, "pairing.summary_ahead")
REVIEW = Kind(12, 92, "pairing.review_ahead")


@dataclass(frozen=True, slots=True)
class Span:
    """A quarter or a year, first and last day."""

    first: dt.date
    last: dt.date

    @property
    def quarter(self) -> int:
        return (self.first.month + 2) // 3


def span_from(kind: Kind, first: dt.date) -> Span:
    return Span(first, add_months(first, kind.months) - dt.timedelta(days=1))


def last_and_this(kind: Kind, today: dt.date) -> list[Span]:
    """The span that ended last, and the running one."""
    first = today.replace(month=(today.month - 1) // kind.months * kind.months + 1, day=1)
    return [span_from(kind, add_months(first, -kind.months)), span_from(kind, first)]


def owes(kind: Kind, pair: Pairing, span: Span, today: dt.date) -> bool:
    """Whether the pairing ran long enough within a span that is not longer past than the rule asks after."""
    ran = (min(span.last, pair.last_day) - max(span.first, pair.starts_on)).days + 1
    return ran >= kind.least and span.last >= ago("pairing.catch_up", today)


def in_term(pair: Pairing, span: Span) -> bool:
    return pair.signed_on is not None and pair.starts_on <= span.last and span.first <= pair.last_day


def opens_on(kind: Kind, pair: Pairing, span: Span) -> dt.date:
    """The first day on which a span may be written of: shortly before its end, or the pairing's."""
    return max(ago(kind.ahead, min(span.last, pair.last_day)), span.first)


def to_write(kind: Kind, pair: Pairing, today: dt.date, written: Collection[dt.date]) -> Span | None:
    """The span a form begins with: the earliest that is owed, else the latest one may write of. `written`: first days of
    those that have been."""
    free = [span for span in last_and_this(kind, today)
            if span.first not in written and in_term(pair, span) and opens_on(kind, pair, span) <= today]
    return next((span for span in free if owes(kind, pair, span, today)), free[-1] if free else None)
