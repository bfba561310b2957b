"""报表: the list of reports, one of them for a year or a quarter and a unit, its paper, its workbook."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from flask import request, url_for

from core.ledgers import units
from core.ledgers.cells import plain
from core.ledgers.units import own_name
from core.web import SIGNED_IN, Pages, ctx, render
from core.web.download import attachment

from .reports.asked import QUARTERS, reports_for, years
from .reports.files import write_report
from .reports.making import Made, read_report

report_pages = Pages("reports", __name__)


def given() -> dict[str, str]:
    """What is asked for, in the address or in the form that asks for a file."""
    return {key: request.values.get(key, "")[:20] for key in ("year", "quarter", "unit")}


@report_pages.get("/", needs=SIGNED_IN)
def index() -> Any:
    found: dict[str, list[Any]] = {}
    for one in reports_for(ctx()):
        owner = ctx().plugins.by_name[ctx().plugins.owner_of(one.name)]
        found.setdefault(str(owner.manifest.title), []).append(one)
    return render("indicators/reports.html", groups=found)


@report_pages.get("/<report>/", needs=SIGNED_IN)
def show(report: str) -> Any:
    made = read_report(ctx(), report, given())
    permission = made.report.permission
    return render("indicators/report.html", made=made, years=years(ctx()), quarters=QUARTERS if made.report.quarterly else (),
                  units=units.offered(ctx(), permission, made.asked.unit), may_export=ctx().may(made.report.export or permission))


@report_pages.get("/<report>/print", needs=SIGNED_IN)
def paper(report: str) -> Any:
    made = read_report(ctx(), report, given())
    return render("indicators/report_paper.html", sheet=_frame(made), made=made)


def _frame(made: Made) -> dict[str, Any]:
    wanted = request.args.get("paper") or made.report.paper.orientation
    landscape = wanted != "portrait"
    turned = url_for("reports.paper", report=made.report.name, **made.asked.query, paper="portrait" if landscape else "landscape")
    return {"title": made.title, "org": own_name(ctx(), made.report.permission), "as_of": plain(ctx().today()), "unit": "",
            "landscape": landscape, "filler": ctx().actor.label, "printed_at": plain(ctx().now()), "other_paper_url": turned,
            "back_url": url_for("reports.show", report=made.report.name, **made.asked.query)}


def workbook(report: str, asked: dict[str, str]) -> Any:
    """The file as an answer."""
    with tempfile.TemporaryDirectory(prefix="juheli-report-") as folder:
        path = Path(folder, "file")
        made = write_report(ctx(), report, asked, path)
        return attachment(path.read_bytes(), f"{made.title}.xlsx")


@report_pages.post("/<report>/export", needs=SIGNED_IN)
def export(report: str) -> Any:
    return workbook(report, given())
