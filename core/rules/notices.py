"""Import of the yearly notice on public holidays: a CSV of `day, kind, name`, one line per announced day."""
from __future__ import annotations

import csv
import io
import re
import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from core.base.db import session
from core.base.i18n import _
from core.contracts.errors import Invalid
from core.rules.models import Workday
from core.rules.workdays import forget_workdays

MAX_LINES = 500
_DATE = re.compile(r"([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})")


@dataclass(frozen=True)
class AnnouncedDay:
    day: date
    works: bool
    name: str


@cache
def _words() -> dict[str, list[str]]:
    return tomllib.loads((Path(__file__).parent / "notice_words.toml").read_text("utf-8"))


def read_notice(text: str) -> list[AnnouncedDay]:
    """The days of the CSV. Raises Invalid naming every line that cannot be read."""
    days: dict[date, AnnouncedDay] = {}
    said: list[str] = []
    try:
        rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    except csv.Error:
        raise Invalid(errors={"file": [_("不是有效的 CSV 文件。")]}) from None
    if len(rows) > MAX_LINES:
        raise Invalid(errors={"file": [_("最多 %(n)s 行。", n=MAX_LINES)]})
    for number, row in enumerate(rows, 1):
        cells = [cell.strip() for cell in row]
        if not any(cells) or (number == 1 and cells[0].lower() in _words()["headings"]):
            continue
        day, works = _day(cells[0]), _works(cells[1] if len(cells) > 1 else "")
        if day is None or works is None or day in days:
            said.append(_fault(number, day, works))
        else:
            days[day] = AnnouncedDay(day, works, (cells[2] if len(cells) > 2 else "")[:60])
    if said or not days:
        raise Invalid(errors={"file": said or [_("文件里没有日期。")]})
    return list(days.values())


def _day(text: str) -> date | None:
    found = _DATE.fullmatch(text)
    try:
        return date(int(found[1]), int(found[2]), int(found[3])) if found else None
    except ValueError:
        return None


def _works(text: str) -> bool | None:
    return True if text in _words()["works"] else False if text in _words()["rests"] else None


def _fault(number: int, day: date | None, works: bool | None) -> str:
    if day is None:
        return _("第 %(n)s 行：日期应写成 2027-01-01。", n=number)
    if works is None:
        return _("第 %(n)s 行：类型应为“放假”或“上班”。", n=number)
    return _("第 %(n)s 行：同一天出现了两次。", n=number)


def import_notice(text: str, source: str) -> int:
    """Store the days of a notice; days already stored are replaced. Returns how many.

    Needs a platform scope (operators), permission and audit are the caller's. Raises Invalid.
    """
    announced = read_notice(text)
    for item in announced:
        session().merge(Workday(day=item.day, works=item.works, name=item.name, source=source[:120]))
    session().flush()
    forget_workdays()
    return len(announced)
