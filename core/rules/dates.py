"""When something falls due: days, working days, months and years after a start."""
from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta

from core.rules.values import RuleValue
from core.rules.workdays import Due, work_calendar

__all__ = ["Due", "add_days", "add_months", "due_date"]


def add_days(start: date, n: int) -> date:
    """`n` natural days later; the start itself is not counted. Raises OverflowError beyond the calendar."""
    return start + timedelta(days=n)


def add_months(start: date, n: int) -> date:
    """The same day `n` months later, or the last day of that month when it is shorter. Raises ValueError."""
    month = start.year * 12 + start.month - 1 + n
    year, month = divmod(month, 12)
    if not date.min.year <= year <= date.max.year:
        raise ValueError("beyond the calendar")
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))


def due_date(start: date, period: RuleValue | tuple[int, str], *, roll: bool = False) -> Due:
    """The day on which a period that begins at `start` ends.

    `period`: a rule, or a number with a unit code (`days`, `workdays`, `months`, `years`); negative numbers
    count back, for reminders. `roll`: an end that is no working day moves to the next one (《民法典》第二百零三条).
    Raises ValueError for a unit that is no time and for days beyond the calendar.
    """
    n, unit = (period.value, period.unit) if isinstance(period, RuleValue) else period
    try:
        due = _end(start, n, unit)
        if roll:
            rolled = work_calendar().add(due.on, 0)
            due = Due(rolled.on, due.estimated or rolled.estimated)
    except OverflowError:
        raise ValueError("beyond the calendar") from None
    return due


def _end(start: date, n: int, unit: str) -> Due:
    if unit == "workdays":
        return work_calendar().add(start, n)
    if unit == "days":
        return Due(add_days(start, n))
    if unit in ("months", "years"):
        return Due(add_months(start, n * 12 if unit == "years" else n))
    raise ValueError(f"{unit!r} is no unit of time")
