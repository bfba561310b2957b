"""A report as a workbook: one sheet a part, marked and audited like the export of a ledger."""

from __future__ import annotations

from pathlib import Path

from core.base.clock import SHANGHAI
from core.base.i18n import _
from core.ledgers.book import Outgoing, write_sheets
from core.ledgers.units import own_name
from core.service import Context, service

from .asked import asked_for, find_report
from .making import FILE, Made, make


@service(None, action="indicators.report.export")
def write_report(ctx: Context, name: str, given: dict[str, str], path: Path) -> Made:
    """Write the workbook to `path`. Raises NotFound, and Forbidden without the report's permission for files."""
    report = find_report(ctx, name)
    ctx.require(report.export or report.permission)
    made = make(ctx, report, asked_for(ctx, report, given), most=FILE, taken_out=True)
    now = ctx.now().astimezone(SHANGHAI)
    mark = _("由 %(who)s 于 %(when)s 导出；期间：%(what)s", who=ctx.actor.label, when=f"{now:%Y-%m-%d %H:%M}",
             what=made.asked.words)
    meta = _("填报单位：%(name)s　统计截止：%(day)s", name=own_name(ctx, report.permission), day=f"{now:%Y-%m-%d}")
    landscape = report.paper.orientation == "landscape"
    sheets = [(Outgoing(f"{made.title} {table.title}", meta, f"{mark} {table.note}".strip(), table.headings or [""], table.widths,
                        landscape), table.rows) for table in made.tables]
    write_sheets(path, sheets)
    ctx.audit("indicators_report", None, str(report.title), report=report.name, period=made.asked.words,
              unit=made.asked.unit.name if made.asked.unit else "", rows=sum(len(table.rows) for table in made.tables))
    return made
