"""Dates as people write them in spreadsheets, with how exact they are. What could mean two dates is refused."""

from __future__ import annotations

import datetime as dt
import math
import re
import unicodedata
from typing import NamedTuple

from core.base.i18n import _

YEAR, MONTH, DAY = "\u5e74", "\u6708", "[\u65e5\u53f7]"            # the three Chinese date characters
FIRST_YEAR, LAST_YEAR = 1900, 2100
SERIALS = range(366, 73_051)                                       # Excel day numbers of 1901 … 2100
EPOCH = dt.date(1899, 12, 30)
WRITTEN = re.compile(
    rf"(\d{{2}}|\d{{4}})\s*(?:{YEAR}|[-/.])\s*(\d{{1,2}})\s*(?:{MONTH}|[-/.]|$)\s*(?:(\d{{1,2}})\s*{DAY}?)?"
)
TIME = re.compile(r"[T ]\s*\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?$")


class BadDate(ValueError):
    """The text says no single date; the message is a sentence for the user."""


class Found(NamedTuple):
    """A date and how exactly it was given: "day", or "month" (then day is the first)."""

    day: dt.date
    precision: str


def read(raw: object) -> Found:
    """A date from a number or a text (ISO, 2020.9, 2020年9月, 202009, Excel day 44075). Raises BadDate."""
    if isinstance(raw, bool):
        raise BadDate(_("应填日期，例如 2020-09-01 或 2020年9月。"))
    if isinstance(raw, int | float):
        return _from_number(float(raw))
    text = TIME.sub("", unicodedata.normalize("NFKC", str(raw)).strip()).strip(" .")
    if re.fullmatch(r"[0-9]{4,8}", text):
        return _from_digits(text)
    match = WRITTEN.fullmatch(text)
    if match is None or not text.isprintable():
        raise BadDate(_("看不懂日期“%(text)s”，请写成 2020-09-01 或 2020年9月。", text=text[:20]))
    year, month, day = match.groups()
    if len(year) == 2:
        raise BadDate(_("“%(text)s”的年份请写四位，例如 2020-09-01。", text=text[:20]))
    return _checked(int(year), int(month), int(day) if day else None, text)


def _from_number(number: float) -> Found:
    if not math.isfinite(number) or number < 0:
        raise BadDate(_("应填日期，例如 2020-09-01 或 2020年9月。"))
    if number.is_integer():
        return _from_digits(str(int(number)))
    year, part = divmod(round(number * 100), 100)
    if FIRST_YEAR <= year < LAST_YEAR and math.isclose(number * 100, year * 100 + part, abs_tol=1e-6):
        return _from_year_and_part(year, part, number)
    if int(number) in SERIALS:                                     # a moment: day number and part of the day
        return Found(EPOCH + dt.timedelta(days=int(number)), "day")
    raise BadDate(_("应填日期，例如 2020-09-01 或 2020年9月。"))


def _from_year_and_part(year: int, part: int, number: float) -> Found:
    """2020.9 as a number. 2020.1 is January or, with Excel's lost zero, October: refused, never guessed."""
    if part == 10:
        raise BadDate(
            _("“%(year)s.1”可能是1月，也可能是10月（Excel 会去掉末尾的0），请写成 %(year)s-01 或 %(year)s-10。", year=year)
        )
    month = part // 10 if part % 10 == 0 else part
    return _checked(year, month, None, f"{number:g}")


def _from_digits(text: str) -> Found:
    if len(text) == 8:
        return _checked(int(text[:4]), int(text[4:6]), int(text[6:]), text)
    if len(text) == 6:
        return _checked(int(text[:4]), int(text[4:]), None, text)
    if len(text) == 5 and int(text) in SERIALS:
        return Found(EPOCH + dt.timedelta(days=int(text)), "day")
    if len(text) == 4 and FIRST_YEAR <= int(text) < LAST_YEAR:
        raise BadDate(_("只有年份“%(text)s”，请补上月份，例如 %(text)s-09。", text=text))
    raise BadDate(_("看不懂日期“%(text)s”，请写成 2020-09-01 或 2020年9月。", text=text[:20]))


def _checked(year: int, month: int, day: int | None, text: str) -> Found:
    if not FIRST_YEAR <= year < LAST_YEAR:
        raise BadDate(_("日期“%(text)s”的年份不对，请核对。", text=text[:20]))
    try:
        return Found(dt.date(year, month, day or 1), "day" if day else "month")
    except ValueError:
        raise BadDate(_("没有“%(text)s”这一天，请核对月份和日期。", text=text[:20])) from None
