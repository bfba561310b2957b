"""Working days of the mainland: weekends, public holidays, and the weekend days worked in exchange.

Three sources, the first that knows the day answers: the table that operators import each year from the State
Council's notice; the library chinesecalendar (2004 to the year of its release); and for years nobody has
announced yet Monday to Friday without the holidays on fixed dates. Answers of the last kind are `estimated`.
"""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from types import MappingProxyType

import chinese_calendar
from chinese_calendar.constants import holidays
from sqlalchemy import select

from core.base.db import session
from core.base.scope import current_frame
from core.rules.models import Workday
from core.rules.packs import catalog

_CACHE = "rules.workdays"
FARTHEST = 20_000                       # working days; about eighty years


@dataclass(frozen=True)
class Day:
    works: bool
    estimated: bool = False


@dataclass(frozen=True)
class Due:
    """A day something falls due; `estimated` when the way there leads through years not announced yet."""

    on: date
    estimated: bool = False


@dataclass(frozen=True)
class WorkCalendar:
    """`announced`: what imported notices say, day by day (True: works). A year with such a day before December counts
    as announced as a whole: its other days follow the weekend. December alone is the eve of the next year's notice."""

    announced: Mapping[date, bool] = field(default_factory=dict)

    @cached_property
    def years(self) -> frozenset[int]:
        return frozenset(day.year for day in self.announced if day.month < 12)

    def day(self, day: date) -> Day:
        """Whether people work on that day."""
        if day in self.announced or day.year in self.years:
            return Day(self.announced.get(day, day.weekday() < 5))
        if min(holidays).year <= day.year <= max(holidays).year:
            return Day(chinese_calendar.is_workday(day))
        fixed = catalog()["rules.fixed_holidays"].value
        return Day(day.weekday() < 5 and f"{day:%m-%d}" not in fixed, estimated=True)

    def add(self, start: date, n: int) -> Due:
        """The n-th working day after `start` (before it, for a negative n); the start itself is not counted.

        For 0: `start` if it is a working day, else the next one. Raises ValueError beyond FARTHEST and beyond
        the calendar.
        """
        if abs(n) > FARTHEST:
            raise ValueError("too many working days")
        step, left, estimated = (-1 if n < 0 else 1), abs(n) or 1, False
        at = start.toordinal() + (step if n else 0)
        while True:
            day = self.day(date.fromordinal(at))
            estimated, left = estimated or day.estimated, left - day.works
            if not left:
                return Due(date.fromordinal(at), estimated)
            at += step


def work_calendar() -> WorkCalendar:
    """The calendar with the imported notices; they are read once per session. Outside a scope: without them."""
    if current_frame() is None:
        return WorkCalendar()
    current = session()
    if _CACHE not in current.info:
        with current.no_autoflush:
            rows = current.execute(select(Workday.day, Workday.works)).all()
        current.info[_CACHE] = WorkCalendar(MappingProxyType({day: works for day, works in rows}))
    calendar: WorkCalendar = current.info[_CACHE]
    return calendar


def forget_workdays() -> None:
    """After an import: read the table again at the next question."""
    session().info.pop(_CACHE, None)


def is_working_day(day: date) -> bool:
    """Whether people work on that day (for years not announced yet: probably)."""
    return work_calendar().day(day).works


def add_working_days(start: date, n: int) -> Due:
    """`WorkCalendar.add` with the calendar of this session."""
    return work_calendar().add(start, n)
