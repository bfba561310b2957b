"""The calendar: due dates of one's own items and the dates modules contribute, each with the rule it comes from."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask import url_for
from sqlalchemy import select

from core.base.i18n import _
from core.base.session import session
from core.plugin import CalendarEntry
from core.rules import is_working_day
from core.service import Context, service

from .deadlines import explain
from .inbox import mine
from .models import WorkItem
from .show import title_of

_MONTH = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")
MOST = 1000


@dataclass(frozen=True, slots=True)
class Event:
    """One date: what, where it leads, which rule made it, and whether it is one's own overdue item."""

    on: dt.date
    title: str
    url: str
    why: str
    late: bool = False


@dataclass(frozen=True, slots=True)
class Day:
    """One cell of the grid."""

    on: dt.date
    inside: bool
    today: bool
    working: bool
    events: tuple[Event, ...]


@dataclass(frozen=True, slots=True)
class Month:
    """A month as weeks of seven days, and its events as a list for narrow screens."""

    first: dt.date
    weeks: tuple[tuple[Day, ...], ...]
    events: tuple[Event, ...]

    @property
    def before(self) -> str:
        return (self.first - dt.timedelta(days=1)).strftime("%Y-%m")

    @property
    def after(self) -> str:
        return (self.first + dt.timedelta(days=32)).strftime("%Y-%m")


def first_of(typed: str | None, today: dt.date) -> dt.date:
    """First day of the month an address asks for; of this month for anything that is none (years 2000 to 2099)."""
    found = _MONTH.fullmatch(typed or "")
    if found is None or not 2000 <= int(found[1]) <= 2099:
        return today.replace(day=1)
    return dt.date(int(found[1]), int(found[2]), 1)


@service(None, writes=False)
def events_between(ctx: Context, start: dt.date, end: dt.date) -> list[Event]:
    """Everything from start to end (inclusive) that the actor should know of, by date."""
    items = session().scalars(select(WorkItem).where(mine(ctx), WorkItem.due_on >= start, WorkItem.due_on <= end)
                              .order_by(WorkItem.due_on).limit(MOST))
    found = [Event(item.due_on, title_of(ctx, item), url_for("work.item", item_id=item.id), explain(item.rule),
                   item.due_on < ctx.today()) for item in items if item.due_on]
    given = [c.value for c in ctx.collect("calendar", start=start, end=end) if isinstance(c.value, CalendarEntry)
             and c.plugin not in ctx.archived]
    found += [Event(e.on, str(e.title), e.url, str(e.source)) for e in given if start <= e.on <= end]
    return sorted(found, key=lambda event: (event.on, event.title))


def month(ctx: Context, first: dt.date) -> Month:
    """The month that begins on `first`, weeks from Monday."""
    weeks = calendar.Calendar().monthdatescalendar(first.year, first.month)
    found = events_between(ctx, weeks[0][0], weeks[-1][-1])
    cells = tuple(tuple(_cell(ctx, day, first, found) for day in week) for week in weeks)
    return Month(first, cells, tuple(e for e in found if (e.on.year, e.on.month) == (first.year, first.month)))


def _cell(ctx: Context, day: dt.date, first: dt.date, found: Iterable[Event]) -> Day:
    return Day(day, day.month == first.month, day == ctx.today(), is_working_day(day), tuple(e for e in found if e.on == day))


def weekdays() -> list[Any]:
    """Headings of the grid."""
    return [_("周一"), _("周二"), _("周三"), _("周四"), _("周五"), _("周六"), _("周日")]
