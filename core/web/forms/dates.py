"""Days, months, times of day and moments, in the many ways people write them."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from marshmallow import fields

from core.base.clock import SHANGHAI
from core.base.i18n import _l
from core.web.forms import clean
from core.web.forms.fields import Said


class Date(Said, fields.Date):
    """A day. ``2020-1-5``, ``2020/1/5``, ``2020.1.5``, ``2020年1月5日`` and ``20200105`` are all
    understood."""

    widget = "date"
    default_error_messages = {
        "invalid": _l("日期应如 2020-01-31，写到日"),
        "never": _l("没有这一天，请核对"),
    }

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> dt.date:
        if isinstance(value, dt.datetime):
            return value.date()
        if isinstance(value, dt.date):
            return value
        parts = clean.date_parts(value) if isinstance(value, str) else None
        if parts is None or len(parts) != 3:
            raise self.make_error("invalid")
        return self._day(*parts)

    def _day(self, year: str, month: str, day: str) -> dt.date:
        try:
            found = dt.date(int(year), int(month), int(day))
        except ValueError:
            raise self.make_error("never") from None
        if found.year < 1800:
            raise self.make_error("never")
        return found


class YearMonth(Date):
    """A month (kept as its first day); a full date is accepted and shortened to its month."""

    widget = "month"
    default_error_messages = {"invalid": _l("年月应如 2020-09"), "never": _l("没有这个月，请核对")}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> dt.date:
        if isinstance(value, dt.date):
            return dt.date(value.year, value.month, 1)
        parts = clean.date_parts(value) if isinstance(value, str) else None
        if parts is None:
            raise self.make_error("invalid")
        return self._day(*(parts if len(parts) == 3 else [*parts, "1"])).replace(day=1)

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else f"{value.year:04d}-{value.month:02d}"


class Time(Said, fields.Time):
    """A time of day to the minute."""

    widget = "time"
    default_error_messages = {"invalid": _l("时间应如 09:30")}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> dt.time:
        if isinstance(value, dt.time):
            return value
        found = self._clock(clean.ascii_form(value)) if isinstance(value, str) else None
        if found is None:
            raise self.make_error("invalid")
        return found

    @staticmethod
    def _clock(typed: str) -> dt.time | None:
        found = re.fullmatch(r"([0-9]{1,2}):([0-9]{2})(?::[0-9]{2}(?:\.[0-9]+)?)?", typed)
        fits = found is not None and int(found[1]) < 24 and int(found[2]) < 60
        return dt.time(int(found[1]), int(found[2])) if found and fits else None

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else value.strftime("%H:%M")


class Moment(Said, fields.AwareDateTime):
    """A day and a time as read on the wall clock in China; kept as an aware moment in UTC."""

    widget = "datetime-local"
    default_error_messages = {"invalid": _l("时间应如 2020-01-31 09:30")}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> dt.datetime:
        if isinstance(value, dt.datetime):
            return (value if value.tzinfo else value.replace(tzinfo=SHANGHAI)).astimezone(dt.UTC)
        typed = clean.ascii_form(value).replace("T", " ") if isinstance(value, str) else ""
        day, _blank, hour = typed.partition(" ")
        parts, clock = clean.date_parts(day), Time()._clock(hour.strip() or "00:00")
        if parts is None or len(parts) != 3 or clock is None:
            raise self.make_error("invalid")
        try:
            found = dt.datetime.combine(dt.date(*map(int, parts)), clock, SHANGHAI)
            return found.astimezone(dt.UTC)
        except (ValueError, OverflowError):
            raise self.make_error("invalid") from None

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else value.astimezone(SHANGHAI).strftime("%Y-%m-%dT%H:%M")
