"""Measuring: all indicators of one ledger in one statement, inside the reader's scope."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median_low
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, literal

from core.base.session import session
from core.contracts.errors import NotFound
from core.ledgers.counting import lean
from core.ledgers.query import BEYOND, answer, count, matching, measured
from core.ledgers.scope import readable
from core.plugin import DAYS, FEN, HOURS, PERCENT, Indicator, Ledger
from core.service import Context


@dataclass(frozen=True, slots=True)
class Value:
    """What was measured: `amount` counts rows or adds up `total`; `base` is the denominator of a percentage, 0 for the
    middle of no rows.
    """

    indicator: Indicator
    amount: int
    base: int | None = None

    @property
    def number(self) -> float | None:
        """The figure as a number (percent: 0-100 with one decimal, money in yuan); None where nothing can be measured."""
        if self.base == 0:
            return None
        if self.indicator.unit == PERCENT:
            return round(100 * self.amount / self.base, 1) if self.base else None
        return self.amount / 100 if self.indicator.unit == FEN else self.amount

    def __str__(self) -> str:
        return written(self.number, self.indicator.unit)


def written(number: float | None, unit: str) -> str:
    """A figure as people read it: 1,286 · 94.6% · 12.30."""
    if number is None:
        return "—"
    if unit == PERCENT:
        return f"{number:g}%"
    return f"{number:,.2f}" if unit == FEN else f"{number:,.0f}"


def ledger_of(indicator: Indicator, ctx: Context) -> Ledger | None:
    """The ledger behind an indicator when the actor may read it and both modules are on."""
    ledger = ctx.plugins.ledgers.get(indicator.of)
    on = ctx.plugins.active(indicator.name, ctx.enabled)
    return ledger if ledger is not None and on and readable(ledger, ctx) else None


def offered(ctx: Context, *, tiles: bool = False) -> list[Indicator]:
    """The indicators the actor may see, in rank order (only those for the dashboard)."""
    listed = [i for i in ctx.plugins.indicators.values() if (i.tile or not tiles) and ledger_of(i, ctx) is not None]
    return sorted(listed, key=lambda i: i.rank)


def find_indicator(ctx: Context, name: str) -> tuple[Indicator, Ledger]:
    """Raises NotFound when there is none, its module is off, or its ledger may not be read."""
    indicator = ctx.plugins.indicators.get(name)
    ledger = ledger_of(indicator, ctx) if indicator else None
    if indicator is None or ledger is None:
        raise NotFound(name)
    return indicator, ledger


def by_ledger(indicators: Iterable[Indicator], ctx: Context) -> list[tuple[Ledger, list[Indicator]]]:
    """The indicators grouped by their ledger; those that may not be read are left out."""
    found: dict[str, list[Indicator]] = {}
    for indicator in indicators:
        if ledger_of(indicator, ctx) is not None:
            found.setdefault(indicator.of, []).append(indicator)
    return [(ctx.plugins.ledgers[name], listed) for name, listed in found.items()]


def sums_of(indicator: Indicator, ctx: Context) -> list[ColumnElement[Any]]:
    """[amount, base] as aggregates over the ledger's rows."""
    over, hit = measured(indicator, ctx)
    looked_at = [c for c in (over, hit) if c is not None]
    if indicator.unit in (FEN, HOURS, DAYS) and indicator.total is not None:
        counted = case((and_(*looked_at), indicator.total), else_=0) if looked_at else indicator.total
        amount = func.coalesce(func.sum(counted), 0)
    else:
        amount = func.count(case((and_(*looked_at), 1))) if looked_at else func.count()
    return [amount, func.count(case((over, 1))) if over is not None else func.count()]


def grouped(ledger: Ledger, ctx: Context) -> bool:
    rows = matching(ledger, ctx)
    return bool(rows._group_by_clauses or rows._distinct)


def measure(ctx: Context, indicators: Iterable[Indicator]) -> dict[str, Value]:
    """name -> value in the actor's scope; one statement per ledger. Unreadable indicators are left out."""
    found: dict[str, Value] = {}
    for ledger, listed in by_ledger(indicators, ctx):
        if grouped(ledger, ctx):
            found |= {i.name: _one(i, ledger, ctx) for i in listed}
            continue
        sums = [column for i in listed for column in sums_of(i, ctx)]
        rows = lean(matching(ledger, ctx).order_by(None), sums).with_only_columns(*sums, maintain_column_froms=True)
        row = answer(rows.execution_options(**BEYOND))[0]
        for index, indicator in enumerate(listed):
            found[indicator.name] = value_of(indicator, row[2 * index], row[2 * index + 1]) if indicator.median is None else (
                middle_of(indicator, middles(indicator, ledger, ctx).get("")))
    return found


def by_prefix(ledger: Ledger, listed: Sequence[Indicator], length: int, ctx: Context) -> dict[str, dict[str, Value]]:
    """First `length` characters of the place -> indicator -> value; one statement, and one for each middle value."""
    place = func.substr(ledger.scope[0], 1, length)
    sums = [place.label("place"), *(column for i in listed for column in sums_of(i, ctx))]
    rows = lean(matching(ledger, ctx).order_by(None), sums).with_only_columns(*sums, maintain_column_froms=True)
    found = {row.place: {i.name: value_of(i, row[1 + 2 * n], row[2 + 2 * n]) for n, i in enumerate(listed)}
             for row in answer(rows.group_by(place).execution_options(**BEYOND))}
    for indicator in (one for one in listed if one.median is not None):
        own = middles(indicator, ledger, ctx, place)
        for where, values in found.items():
            values[indicator.name] = middle_of(indicator, own.get(where))
    return found


def middles(indicator: Indicator, ledger: Ledger, ctx: Context, place: ColumnElement[str] | None = None) -> dict[str, int]:
    """place -> the middle value of the indicator's column there ("" when not divided by places).

    Databases have no median in common: the values of the rows that count are read, one number each.
    """
    over, hit = measured(indicator, ctx)
    rows = matching(ledger, ctx, over, hit, indicator.median.is_not(None)).order_by(None)
    rows = rows.with_only_columns(literal("") if place is None else place, indicator.median, maintain_column_froms=True)
    values: dict[str, list[int]] = {}
    for where, value in session().execute(rows.execution_options(**BEYOND)):
        values.setdefault(where, []).append(value)
    return {where: median_low(listed) for where, listed in values.items()}


def middle_of(indicator: Indicator, middle: int | None) -> Value:
    return Value(indicator, 0, 0) if middle is None else Value(indicator, middle)


def value_of(indicator: Indicator, amount: Any, base: Any) -> Value:
    return Value(indicator, int(amount or 0), int(base or 0) if indicator.unit == PERCENT else None)


def _one(indicator: Indicator, ledger: Ledger, ctx: Context) -> Value:
    """A ledger whose rows are groups: counted through a subquery."""
    over, hit = measured(indicator, ctx)
    base = count(ledger, ctx, over) if indicator.unit == PERCENT else 0
    return value_of(indicator, count(ledger, ctx, over, hit), base)
