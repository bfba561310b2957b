"""The bands of the structure tables: ages and periods of joining, as the rules have them now, and their words."""

from __future__ import annotations

import datetime as dt

from core.base import clock
from core.base.i18n import _
from core.rules import add_months, rule

Band = tuple[int, int | None]          # from this on, below that (None: no end)


def _bands(name: str) -> list[Band]:
    lows = list(rule(name).value)
    return list(zip(lows, [*lows[1:], None], strict=True))


def ages() -> list[Band]:
    """Bands of full years, by the lower ends of rule people.age_bands."""
    return _bands("people.age_bands")


def periods() -> list[Band]:
    """Bands of calendar years, by the first years of rule people.seniority_since."""
    return _bands("people.seniority_since")


def age_words(low: int, high: int | None) -> str:
    if high is None:
        return _("%(low)s 岁及以上", low=low)
    return _("%(high)s 岁及以下", high=high - 1) if low == 0 else _("%(low)s–%(high)s 岁", low=low, high=high - 1)


def period_words(first: int, following: int | None) -> str:
    if following is None:
        return _("%(year)s 年以后入党", year=first)
    return _("%(first)s–%(last)s 年入党", first=first, last=following - 1)


def older_age() -> int:
    """The age from which a member counts as an older one."""
    return int(rule("people.older_age").value)


def born_by(years: int) -> dt.date:
    """Who was born on this day or before is `years` old today."""
    return add_months(clock.today(), -12 * years)


def births(low: int, high: int | None) -> tuple[dt.date | None, dt.date | None]:
    """First and last day of birth of an age band (None: no limit)."""
    return (None if high is None else born_by(high) + dt.timedelta(days=1)), (born_by(low) if low else None)


def joining(first: int, following: int | None) -> tuple[dt.date, dt.date | None]:
    """First and last day of a period of joining (None: no limit)."""
    return dt.date(first, 1, 1), (None if following is None else dt.date(following - 1, 12, 31))
