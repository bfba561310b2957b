"""Filters of a ledger: what stands in the query string becomes conditions; what makes no sense becomes a note."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, and_, literal, or_

from core.base.clock import SHANGHAI
from core.base.i18n import _
from core.plugin import BLANK, FEN, Filter, Ledger
from core.service import Context

from . import units
from .columns import choices_of, passing, sql_type
from .scope import below
from .wording import enumerated, pair

Args = Mapping[str, Sequence[str]]
RESERVED = frozenset({"q", "sort", "page", "size", "cols", "view", "ind", "ids", "all"})
OLDEST, NEWEST = dt.date(1900, 1, 1), dt.date(2199, 12, 31)
LARGEST = 2**53
MOVING = re.compile(r"(today|month|year)([+-][0-9]{1,4})?")
KIND_OF_TYPE = {"date": "period", "moment": "period", "flag": "flag", "number": "number"}


@dataclass(frozen=True, slots=True)
class Applied:
    """One filter in force: its place in the query string, its words, its condition (and the unit chosen)."""

    filter: Filter
    params: tuple[tuple[str, str], ...]
    text: str
    condition: ColumnElement[bool]
    unit: units.Unit | None = None


@lru_cache(maxsize=512)
def filters_of(ledger: Ledger) -> tuple[Filter, ...]:
    """Columns marked `filter`, then the ledger's own filters. Raises ValueError for a name the page itself uses."""
    found = [Filter(name=c.name, label=c.label, kind="choice" if c.choices else KIND_OF_TYPE.get(sql_type(c.source), "text"),
                    source=c.source, choices=c.choices, unit=c.unit, blank=c.blank, matches=c.matches)
             for c in ledger.columns if c.filter]
    found += ledger.filters
    names = [f.name for f in found]
    wrong = RESERVED.intersection(names) | {n for n in names if names.count(n) > 1}
    if wrong:
        raise ValueError(f"ledger {ledger.name}: filter names {sorted(wrong)} are taken")
    return tuple(found)


def keys_of(item: Filter) -> tuple[str, ...]:
    """The query-string keys a filter reads."""
    if item.kind in ("period", "number"):
        ends = f"{item.name}_from", f"{item.name}_to"
        return (*ends, f"{item.name}_{BLANK}") if item.blank else ends
    return (item.name, f"{item.name}_only") if item.kind == "org" else (item.name,)


def read(ledger: Ledger, args: Args, ctx: Context) -> tuple[list[Applied], list[str], list[str]]:
    """The filters in force, a sentence for each value that was ignored, and the names of the filters it was for."""
    applied, problems = read_each(ledger, args, ctx)
    notes = [_("筛选条件“%(name)s”没有生效：%(why)s", name=item.label, why=why) for item, why in problems]
    return applied, notes, [str(item.label) for item, _why in problems]


def read_each(ledger: Ledger, args: Args, ctx: Context) -> tuple[list[Applied], list[tuple[Filter, str]]]:
    """The filters in force, and those that make no sense with the reason."""
    applied, problems = [], []
    for item in filters_of(ledger):
        given = {key: [v for v in args.get(key, ()) if v] for key in keys_of(item)}
        if not any(given.values()) or (item.kind == "org" and not given[item.name]):
            continue
        try:
            found = READERS[item.kind](item, given, ctx)
        except ValueError as problem:
            problems.append((item, str(problem)))
            continue
        if found is not None:
            applied.append(found)
    return applied, problems


def _choice(item: Filter, given: Args, ctx: Context) -> Applied:
    known = choices_of(item, ctx)
    chosen = list(dict.fromkeys(v for v in given[item.name] if v in known))
    if not chosen:
        raise ValueError(_("没有这个选项"))
    text = enumerated(known[v][1] for v in chosen)
    values = [known[v][0] for v in chosen]
    condition = passing(item, lambda value: value == values[0] if len(values) == 1 else value.in_(values))
    if BLANK in chosen and item.blank:
        condition = or_(condition, item.source.is_(None))
    return Applied(item, tuple((item.name, v) for v in chosen), pair(item.label, text), condition)


def _flag(item: Filter, given: Args, ctx: Context) -> Applied:
    value = given[item.name][-1]
    if value not in ("0", "1"):
        raise ValueError(_("只能选是或否"))
    yes = value == "1"
    condition = item.where(ctx) if item.where else passing(item, lambda value: value.is_(True))
    if not yes:
        condition = ~condition if item.where else item.source.is_not(True)
    plain = item.where and yes
    text = str(item.label) if plain else pair(item.label, _("是") if yes else _("否"))
    return Applied(item, ((item.name, value),), text, condition)


def _bounds(item: Filter, given: Args, parse: Callable[[str], Any]) -> tuple[Any, Any, tuple[tuple[str, str], ...]]:
    low_key, high_key = keys_of(item)[:2]
    low = parse(given[low_key][-1]) if given[low_key] else None
    high = parse(given[high_key][-1]) if given[high_key] else None
    if low is not None and high is not None and low > high:
        raise ValueError(_("起点在终点之后"))
    params = [(key, given[key][-1]) for key in (low_key, high_key) if given[key]]
    return low, high, tuple(params)


def span(item: Filter, low: Any, high: Any) -> str:
    """“入党时间：2020-01-01 至 2020-12-31”."""
    if high is None:
        return _("%(name)s：%(low)s 起", name=item.label, low=low)
    if low is None:
        return _("%(name)s：截至 %(high)s", name=item.label, high=high)
    return _("%(name)s：%(low)s 至 %(high)s", name=item.label, low=low, high=high)


def day_of(text: str, today: dt.date) -> dt.date:
    """A date, or a word that moves with the calendar: today, today-30, today+7, month (its first day), year.

    Raises ValueError with a sentence for the reader.
    """
    typed = text.strip()
    moving = MOVING.fullmatch(typed)
    if moving:
        start = {"today": today, "month": today.replace(day=1), "year": today.replace(month=1, day=1)}[moving[1]]
        return start + dt.timedelta(days=int(moving[2] or 0))
    try:
        day = dt.date.fromisoformat(typed[:10])
    except ValueError:
        raise ValueError(_("日期要写成 2026-01-31")) from None
    if not OLDEST <= day <= NEWEST:
        raise ValueError(_("年份超出范围"))
    return day


def _period(item: Filter, given: Args, ctx: Context) -> Applied:
    if item.blank and (blank := given[key := f"{item.name}_{BLANK}"]):
        if blank[-1] != "1":
            raise ValueError(_("只能选是或否"))
        return Applied(item, ((key, "1"),), pair(item.label, _("未登记")), item.source.is_(None))
    low, high, params = _bounds(item, given, lambda text: day_of(text, ctx.today()))
    if sql_type(item.source) == "moment":
        start, end = _midnight(low), _midnight(high and high + dt.timedelta(days=1))
        condition = passing(item, lambda value: and_(*([value >= start] if start else []), *([value < end] if end else [])))
    else:
        condition = passing(item, lambda value: _between(value, low, high))
    return Applied(item, params, span(item, low, high), condition)


def _between(value: Any, low: Any, high: Any) -> ColumnElement[bool]:
    return and_(*([value >= low] if low is not None else []), *([value <= high] if high is not None else []))


def _midnight(day: dt.date | None) -> dt.datetime | None:
    return day and dt.datetime.combine(day, dt.time(), SHANGHAI)


def _whole(text: str) -> int:
    digits = text.strip()
    if not digits.removeprefix("-").isdecimal() or len(digits) > 17 or abs(int(digits)) > LARGEST:
        raise ValueError(_("要填整数"))
    return int(digits)


def _number(item: Filter, given: Args, ctx: Context) -> Applied:
    low, high, params = _bounds(item, given, _whole)
    factor = 100 if item.unit == FEN else 1
    # as 8 bytes whatever the column has: PostgreSQL refuses a number that its type does not hold instead of finding nothing
    scaled = [None if end is None else literal(end * factor, BigInteger) for end in (low, high)]
    return Applied(item, params, span(item, low, high), passing(item, lambda value: _between(value, *scaled)))


def _org(item: Filter, given: Args, ctx: Context) -> Applied:
    unit = units.find(ctx, _whole(given[item.name][-1]))
    if unit is None:
        raise ValueError(_("没有这个组织"))
    only = given[f"{item.name}_only"][-1:] == ["1"]
    condition = item.source == unit.path if only else below(item.source, unit.path)
    text = pair(item.label, unit.name) + (_("（不含下级）") if only else "")
    params = ((item.name, str(unit.id)), *(((f"{item.name}_only", "1"),) if only else ()))
    return Applied(item, params, text, condition, unit)


def _text(item: Filter, given: Args, ctx: Context) -> Applied:
    wanted = given[item.name][-1].strip()[:60]
    if not wanted:
        raise ValueError(_("没有填文字"))
    return Applied(item, ((item.name, wanted),), pair(item.label, wanted),
                   passing(item, lambda value: value.contains(wanted, autoescape=True)))


READERS: dict[str, Callable[[Filter, Args, Context], Applied | None]] = {
    "choice": _choice, "flag": _flag, "period": _period, "number": _number, "org": _org, "text": _text,
}
