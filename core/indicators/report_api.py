"""Reports for programs: the same tables as on the page, and the workbook."""

from __future__ import annotations

from typing import Any

from core.base.i18n import _l
from core.web import SIGNED_IN, ctx
from core.web.api import TEXT, Api, items_of, told
from core.web.forms import Choice, Int, Range, Schema, ui
from core.web.forms.fields import BIGGEST

from .report_views import workbook
from .reports.asked import QUARTERS, reports_for
from .reports.making import Made, read_report

report_api = Api("indicators", __name__, prefix="/reports", part="reports")
LINES = {"type": "array", "items": {"type": "array", "items": TEXT}}
TABLE = told(title=TEXT, headings={"type": "array", "items": TEXT}, rows=LINES, note=TEXT)
REPORT = told(name=TEXT, title=TEXT, first={**TEXT, "format": "date"}, last={**TEXT, "format": "date"},
              unit={"type": ["integer", "null"]}, tables={"type": "array", "items": TABLE})


class Wanted(Schema):
    """What a report is asked for."""

    year = Int(validate=Range(1900, 2999), metadata=ui(_l("年度（不写就是今年）")))
    quarter = Choice(list(QUARTERS), metadata=ui(_l("季度（不写就是全年）")))
    unit = Int(validate=Range(1, BIGGEST), metadata=ui(_l("组织的编号（不写就是有权查看的全部）")))


def _given(asked: dict[str, Any]) -> dict[str, str]:
    return {key: str(value) for key, value in asked.items() if value is not None}


def _told(made: Made) -> dict[str, Any]:
    span, unit = made.asked.span, made.asked.unit
    return {"name": made.report.name, "title": made.title, "first": span.first.isoformat(), "last": span.last.isoformat(),
            "unit": unit.id if unit else None, "tables": [
                {"title": t.title, "headings": t.headings, "rows": t.rows, "note": t.note} for t in made.tables]}


@report_api.get("", needs=SIGNED_IN, title=_l("可以读取的报表"), answers=items_of(told(name=TEXT, title=TEXT, note=TEXT)))
def reports() -> Any:
    return {"items": [{"name": r.name, "title": str(r.title), "note": str(r.note)} for r in reports_for(ctx())]}


@report_api.get("/<report>", needs=SIGNED_IN, title=_l("一张报表"), query=Wanted, answers=REPORT)
def one_report(report: str, query: dict[str, Any]) -> Any:
    return _told(read_report(ctx(), report, _given(query)))


@report_api.post("/<report>/export", needs=SIGNED_IN, title=_l("导出报表为 Excel"), takes=Wanted, page="reports.export",
                 note=_l("需要该报表的导出权限，会记入操作日志"))
def export_report(report: str, data: dict[str, Any]) -> Any:
    return workbook(report, _given(data))
