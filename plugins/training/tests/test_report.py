"""The yearly table of training, through core's report pages: figures, units, rows, paper, workbook, programs, rights."""

from __future__ import annotations

import io

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from core.audit.models import AuditEntry
from core.base.session import session
from core.contracts.errors import Forbidden, NotFound
from core.indicators.reports.files import write_report
from core.indicators.reports.making import read_report
from core.plugin import Figure, Figures, Report
from core.tenancy.lifecycle import disable_plugin

NAME, PATH = "training.year", "/reports/training.year/"
SHEET = {"王小明": "present", "李秀兰": "present", "赵大海": "absent"}


@pytest.fixture
def made(county):
    return county.confirmed(county.course("急救"), SHEET, org="东关社区")


def tables(ctx, **asked):
    return {table.title: table for table in read_report(ctx, NAME, {"year": "2026", **asked}).tables}


def test_figures_units_and_rows_of_a_year(county, made):
    with county.acting("all") as ctx:
        found = tables(ctx)
        assert {row[0]: row[1] for row in found["总体情况"].rows} == {
            "举办班次": "1", "参训人次": "2", "取得学时": "8", "核发证书": "0", "培训需求": "0", "需求满足率": "—"}
        places = {row[0]: row[1:] for row in found["各组织情况"].rows}
        assert places["合计"] == ["1", "2", "8", "0"] and places["东关社区"][0] == "1" and places["西关社区"][0] == "0"
        row, = found["班次清单"].rows
        assert "急救" in row and row[1] == "2026-12-04"
        assert tables(ctx, quarter="1")["班次清单"].rows == [] and tables(ctx, year="2025")["总体情况"].rows[0][1] == "0"
        east = tables(ctx, unit=str(county.orgs["东关社区"]))
        assert [row[:2] for row in east["各组织情况"].rows][:3] == [["合计", "1"], ["东关社区（本级）", "1"], ["东关一支部", "0"]]
        assert east["总体情况"].rows[0][1] == "1"
        assert tables(ctx, unit=str(county.orgs["西关社区"]))["总体情况"].rows[0][1] == "0"
        odd = read_report(ctx, NAME, {"year": "99999", "quarter": "7", "unit": "x"}).asked
        assert (odd.year, odd.quarter, odd.unit) == (ctx.today().year, 0, None)


def test_a_reader_sees_no_more_than_his_part_and_takes_out_what_he_may(county, made, tmp_path):
    county.world.add_user("east", "west", "training.session.read", path=county.paths["西关社区"])
    with county.acting("west") as ctx:
        found = tables(ctx)
        assert found["班次清单"].rows == [] and found["总体情况"].rows[0][1] == "0"
        # hours, certificates and needs ask rights of their own
        assert "4 项" in found["总体情况"].note and len(found["总体情况"].rows) == 2
        assert read_report(ctx, NAME, {"unit": str(county.orgs["东关社区"])}).asked.unit is None
        with pytest.raises(Forbidden):
            write_report(ctx, NAME, {}, tmp_path / "x.xlsx")
    county.world.add_user("east", "nobody", "people.person.read")
    with county.acting("nobody") as ctx, pytest.raises(Forbidden):
        read_report(ctx, NAME, {})
    with county.acting("all") as ctx:
        disable_plugin(ctx, "training")
    with county.acting("all") as ctx, pytest.raises(NotFound):
        read_report(ctx, NAME, {})


def test_pages_paper_workbook_and_programs(county, made):
    admin = county.browser("admin")
    assert "教育培训情况表" in admin.get("/reports/").get_data(as_text=True)
    assert "教育培训情况表" in admin.get("/search/?q=教育培训情况").get_data(as_text=True)
    page = admin.get(PATH + "?year=2026").get_data(as_text=True)
    assert "急救" in page and "2026 年 教育培训情况表" in page and "导出 Excel" in page
    paper = admin.get(PATH + "print?year=2026&quarter=4").get_data(as_text=True)
    assert "填报单位" in paper and "急救" in paper and "第 4 季度" in paper
    sent = admin.post(PATH + "export", {"year": "2026"})
    book = load_workbook(io.BytesIO(sent.data))
    assert len(book.worksheets) == 4 and "急救" in [cell.value for cell in book.worksheets[2][5]]
    with county.acting("all"):
        entry = session().scalars(select(AuditEntry).where(AuditEntry.action == "indicators.report.export")).one()
        assert entry.detail["report"] == NAME and entry.actor_name
    program = county.world.program("east", "training.session.read", "training.hours.export")
    assert [r["name"] for r in program.get("/reports").json["items"]] == [NAME]
    told = program.get("/reports/training.year?year=2026&quarter=4").json
    assert told["first"] == "2026-10-01" and told["tables"][2]["rows"][0][2] == "急救"
    assert program.get("/reports/training.year?quarter=9").status_code == 422
    assert program.get("/reports/training.none").status_code == 404
    assert program.ask("POST", "/reports/training.year/export", json={"year": 2026}).data[:2] == b"PK"


def test_a_table_by_unit_costs_one_statement_a_ledger(county, made):
    admin = county.browser("admin")

    def count() -> int:
        admin.get(PATH)
        with county.world.counting() as sent:
            assert admin.get(PATH).status_code == 200
        return len(sent)

    before = count()
    county.found([(f"北关{n}社区", "城关街道", "committee", "community") for n in range(6)])
    assert count() <= before + 2


def test_declarations_that_cannot_be_are_named():
    twice = Figure(name="a", label="x", of="training.sessions")
    assert len(Report(name="x.y", title="x", permission="p", parts=(Figures(title="t", figures=(twice, twice)),)).problems()) == 1
    assert len(Report(name="x.y", title="x", permission="p", parts=()).problems()) == 1
    sums = Figures(title="t", figures=(Figure(name="a", label="x", of="training.entries", total=1),))
    assert len(Report(name="x.y", title="x", permission="p", parts=(sums,)).problems()) == 1
