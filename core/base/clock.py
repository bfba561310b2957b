"""The only place that reads the time. Tests freeze it with `at`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

# China keeps one time without summer time (since 1991), so a fixed offset needs no time-zone database.
SHANGHAI = dt.timezone(dt.timedelta(hours=8), "Asia/Shanghai")

_frozen: ContextVar[dt.datetime | None] = ContextVar("juheli_clock", default=None)


def now() -> dt.datetime:
    """This moment, aware, in UTC."""
    return _frozen.get() or dt.datetime.now(dt.UTC)


def today(tz: dt.tzinfo = SHANGHAI) -> dt.date:
    """The calendar day at this moment in the given zone."""
    return now().astimezone(tz).date()


@contextmanager
def at(moment: dt.datetime) -> Iterator[dt.datetime]:
    """Freeze the clock at an aware moment for this context (tests, and replays of dated rules)."""
    if moment.tzinfo is None:
        raise ValueError("the moment needs a time zone")
    token = _frozen.set(moment.astimezone(dt.UTC))
    try:
        yield moment
    finally:
        _frozen.reset(token)
