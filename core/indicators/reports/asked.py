"""What a report is asked for: year, quarter, unit; as the query string has it."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from core.base.i18n import _
from core.contracts.errors import NotFound
from core.ledgers import units
from core.plugin import Report
from core.plugin.report import Span
from core.service import Context

YEARS_BACK = 9
QUARTERS = ("1", "2", "3", "4")


@dataclass(frozen=True, slots=True)
class Asked:
    """`quarter` 0: the whole year; `unit` None: all that the reader may see."""

    year: int
    quarter: int = 0
    unit: units.Unit | None = None

    @property
    def span(self) -> Span:
        first, last = (3 * self.quarter - 2, 3 * self.quarter) if self.quarter else (1, 12)
        return Span(dt.date(self.year, first, 1), dt.date(self.year, last, calendar.monthrange(self.year, last)[1]))

    @property
    def words(self) -> str:
        return _("%(year)s 年第 %(n)s 季度", year=self.year, n=self.quarter) if self.quarter else _("%(year)s 年", year=self.year)

    @property
    def query(self) -> dict[str, str]:
        found = {"year": str(self.year), "quarter": str(self.quarter or ""), "unit": str(self.unit.id if self.unit else "")}
        return {key: value for key, value in found.items() if value}


def find_report(ctx: Context, name: str) -> Report:
    """The report of that name. Raises NotFound (none, or its module is off) and Forbidden."""
    found = ctx.plugins.reports.get(name)
    if found is None or not ctx.plugins.active(name, ctx.enabled):
        raise NotFound(name)
    ctx.require(found.permission)
    return found


def reports_for(ctx: Context) -> list[Report]:
    """The reports the actor may read, by rank."""
    listed = [r for r in ctx.plugins.reports.values() if ctx.plugins.active(r.name, ctx.enabled) and ctx.may(r.permission)]
    return sorted(listed, key=lambda report: report.rank)


def asked_for(ctx: Context, report: Report, given: Mapping[str, str]) -> Asked:
    """What a query string asks for; what makes no sense counts as not said."""
    year, quarter, unit = (given.get(key, "") for key in ("year", "quarter", "unit"))
    known = _unit(ctx, report, unit)
    return Asked(int(year) if year in years(ctx) else ctx.today().year,
                 int(quarter) if report.quarterly and quarter in QUARTERS else 0, known)


def _unit(ctx: Context, report: Report, text: str) -> units.Unit | None:
    found = units.find(ctx, int(text)) if text.isascii() and text.isdecimal() and len(text) < 17 else None
    return found if found is not None and ctx.may(report.permission, found.path) else None


def years(ctx: Context) -> list[str]:
    """The years that may be asked for, latest first."""
    return [str(ctx.today().year - back) for back in range(YEARS_BACK + 1)]
