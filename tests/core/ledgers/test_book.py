"""Files of a ledger: what a spreadsheet would run or change, and more rows than one sheet holds."""

from __future__ import annotations

import openpyxl
import pytest

from core.ledgers import book
from core.ledgers.book import Outgoing, guarded, write_xlsx


@pytest.mark.parametrize("text", ["0371", "00", "+1", "1968.10", "370123194901011234", "3-5", "1/2", "3-2-1", "1E5", "-0.50"])
def test_text_that_a_spreadsheet_would_change_is_kept_by_a_tab(text):
    assert guarded(text) == "\t" + text


@pytest.mark.parametrize("text", ["=1+1", "@x", "＝1", " =1", "-", "+x", "-1+1"])
def test_text_that_a_spreadsheet_would_run_is_quoted(text):
    assert guarded(text) == "'" + text


@pytest.mark.parametrize("text", ["-1", "0", "12", "2020", "张三", "2026-01-31", "2026-01-31 08:30", "138****1234", "94.6%", ""])
def test_other_text_stays_as_it_is(text):
    assert guarded(text) == text


def test_rows_beyond_a_full_sheet_stand_on_the_next_one(tmp_path, monkeypatch):
    monkeypatch.setattr(book, "MOST_LINES", 4 + 3)
    sheet = Outgoing("操作日志", "填报单位", "由某人导出", ["序号", "内容"], [6, 20])
    assert write_xlsx(tmp_path / "a.xlsx", sheet, ([n, f"第{n}条"] for n in range(1, 8))) == 7
    pages = openpyxl.load_workbook(tmp_path / "a.xlsx").worksheets
    assert [[row[0] for row in page.iter_rows(min_row=5, values_only=True)] for page in pages] == [[1, 2, 3], [4, 5, 6], [7]]
    assert {page["B4"].value for page in pages} == {"内容"} and {page.print_title_rows for page in pages} == {"$4:$4"}
