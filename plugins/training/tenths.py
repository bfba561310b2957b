"""Credit hours are kept as whole tenths, so that sums are exact on every database."""

from __future__ import annotations

import datetime as dt

from core.rules import rule

TEN = 10


def shown(tenths: int | None) -> str:
    """15 -> "1.5", 40 -> "4"."""
    if tenths is None:
        return ""
    whole, rest = divmod(abs(tenths), TEN)
    return ("-" if tenths < 0 else "") + (f"{whole}.{rest}" if rest else str(whole))


def of_rule(key: str, day: dt.date | None = None) -> int:
    """A rule stated in credit hours as it holds on a day (today), as tenths."""
    return int(rule(key, day).value) * TEN


def of_minutes(minutes: int) -> int:
    """Minutes of something attended, by the tenant's conversion, to the nearest tenth of a credit hour."""
    per_hour = int(rule("training.minutes_per_hour").value)
    return max(0, (minutes * TEN * 2 + per_hour) // (2 * per_hour))
