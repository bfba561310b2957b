"""Keeping a figure per day, and reading them back as a curve over months."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, func, insert, select

from core.base import clock
from core.base.db import new_ids
from core.base.scope import current_scope
from core.base.session import session
from core.plugin import Indicator, Ledger
from core.service import Context, service

from .engine import Value, by_ledger, by_prefix, grouped, measure
from .models import IndicatorValue
from .places import LEVEL

LEVELS = (LEVEL, 2 * LEVEL, 3 * LEVEL)  # the root, streets and communities; a branch is looked up in the ledger
KEEP_DAYS = 40
MONTHS = 12


@service(None, action="indicators.value.keep")
def keep_today(ctx: Context) -> int:
    """Measure every indicator for the tenant and its upper levels and keep the figures of today; returns how many rows."""
    today, rows = ctx.today(), []
    listed = [i for i in ctx.plugins.indicators.values() if ctx.plugins.active(i.name, ctx.working)]
    rows += [_row(value, "", today) for value in measure(ctx, listed).values()]
    for ledger, own in by_ledger(listed, ctx):
        if ledger.scope and not grouped(ledger, ctx):
            rows += [row for length in LEVELS for row in _level(ledger, own, length, ctx, today)]
    tenant_id = current_scope().tenant_id
    own_day = (IndicatorValue.tenant_id == tenant_id, IndicatorValue.on == today)
    session().execute(delete(IndicatorValue).where(*own_day).execution_options(synchronize_session=False))
    common = {"tenant_id": tenant_id, "created_at": clock.now(), "version": 1}
    if rows:
        made = zip(new_ids(len(rows)), rows, strict=True)
        session().execute(insert(IndicatorValue), [{**common, "id": new, **row} for new, row in made])
    ctx.audit("indicator", None, "", rows=len(rows), removed=_thin_out(today))
    return len(rows)


def _row(value: Value, path: str, today: dt.date) -> dict[str, Any]:
    return {"indicator": value.indicator.name, "definition": value.indicator.version, "path": path, "on": today,
            "amount": value.amount, "base": value.base}


def _level(ledger: Ledger, listed: list[Indicator], length: int, ctx: Context, today: dt.date) -> Iterable[dict[str, Any]]:
    for path, values in by_prefix(ledger, listed, length, ctx).items():
        if path and len(path) == length:
            yield from (_row(value, path, today) for value in values.values())


def _thin_out(today: dt.date) -> int:
    """Of days older than KEEP_DAYS keep the last of each month; returns how many rows went."""
    edge, tenant_id = today - dt.timedelta(days=KEEP_DAYS), current_scope().tenant_id
    days = session().scalars(select(IndicatorValue.on).where(IndicatorValue.on < edge).distinct()).all()
    last = {(day.year, day.month): day for day in sorted(days)}
    gone = [day for day in days if last[day.year, day.month] != day]
    if not gone:
        return 0
    old = delete(IndicatorValue).where(IndicatorValue.tenant_id == tenant_id, IndicatorValue.on.in_(gone))
    return session().execute(old.execution_options(synchronize_session=False)).rowcount  # type: ignore[attr-defined, no-any-return]


@dataclass(frozen=True, slots=True)
class Point:
    """The last figure of a month."""

    month: str
    value: Value


def has_curve(ctx: Context, values: Iterable[Value]) -> bool:
    """Whether figures are kept for all the reader's places: the tenant and its upper levels, not single branches."""
    permissions = {ctx.plugins.ledgers[value.indicator.of].permission for value in values}
    return all(len(path) in (0, *LEVELS) for permission in permissions for path in ctx.subtrees(permission))


def curves(ctx: Context, values: Iterable[Value]) -> dict[str, list[Point]]:
    """name -> the last figure of each of up to twelve months in the reader's places; the running month is the value given.

    One statement per set of places the reader holds. A day on which one of several places was not measured is left out.
    """
    today, found = ctx.today(), {}
    held: dict[tuple[str, ...], list[Value]] = {}
    for value in values:
        held.setdefault(ctx.subtrees(ctx.plugins.ledgers[value.indicator.of].permission), []).append(value)
    for paths, own in held.items():
        kept = _kept([v.indicator for v in own], paths, dt.date(today.year - 1, today.month, 1))
        for value in own:
            months = {**kept.get(value.indicator.name, {}), f"{today:%Y-%m}": value}
            found[value.indicator.name] = [Point(month, each) for month, each in months.items()][-MONTHS:]
    return found


def _kept(indicators: list[Indicator], paths: tuple[str, ...], first: dt.date) -> dict[str, dict[str, Value]]:
    """name -> month -> value, from the stored figures; later days of a month replace earlier ones."""
    known = {i.name: i for i in indicators}
    kept = IndicatorValue
    rows = session().execute(
        select(kept.indicator, kept.definition, kept.on, func.sum(kept.amount), func.sum(kept.base), func.count())
        .where(kept.indicator.in_(known), kept.on >= first, kept.path.in_(paths))
        .group_by(kept.indicator, kept.definition, kept.on).order_by(kept.on)).all()
    found: dict[str, dict[str, Value]] = {}
    for name, definition, on, amount, base, places in rows:
        of_one = len(paths) == 1 or known[name].median is None          # middle values do not add up
        if definition == known[name].version and places == len(paths) and of_one:
            found.setdefault(name, {})[f"{on:%Y-%m}"] = Value(known[name], int(amount), None if base is None else int(base))
    return found
