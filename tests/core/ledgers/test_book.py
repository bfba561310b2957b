"""Files of a ledger: what a spreadsheet would run or change, and more rows than one sheet holds."""

from __future__ import annotations

import csv
import io
import os
import zipfile
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from core.ledgers import book
from core.ledgers.book import Csv, Outgoing, guarded, write_sheets, write_xlsx
from core.ledgers.drawn import MOST, Drawn

SHEET = Outgoing("操作日志", "填报单位", "由某人导出", ["序号", "内容"], [6, 20])
ODD = ("=1+1", '"=1+1"', "a,b", "第一行\n第二行", "回车\r", " 前空", "后空 ", "\u3000全角", "\t", "\x00\x0b\x1f", "\ufffe\uffff",
       "_x0041_", "_x0000_x0000_", "a&b<c>", "%s{n}%", "𠮷野家", "\U0001f600", "370123194901011234", "0371", "2020.10", "",
       "x" * 32_768, "𠮷" * 16_384, "a" + "𠮷" * 16_384)
MARKUP = ("<r>&</r>", "<r><t>另一个人</t></r>", "<r></r>")      # xlsxwriter writes it into the sheet as it is


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
    assert write_xlsx(tmp_path / "a.xlsx", SHEET, ([n, f"第{n}条"] for n in range(1, 8))) == 7
    pages = openpyxl.load_workbook(tmp_path / "a.xlsx").worksheets
    assert [[row[0] for row in page.iter_rows(min_row=5, values_only=True)] for page in pages] == [[1, 2, 3], [4, 5, 6], [7]]
    assert {page["B4"].value for page in pages} == {"内容"} and {page.print_title_rows for page in pages} == {"$4:$4"}


def test_a_sheet_that_is_just_full_is_the_last_one(tmp_path, monkeypatch):
    monkeypatch.setattr(book, "MOST_LINES", 4 + 3)
    assert write_xlsx(tmp_path / "a.xlsx", SHEET, ([n, ""] for n in range(3))) == 3
    assert write_xlsx(tmp_path / "b.xlsx", SHEET, ()) == 0
    assert [len(openpyxl.load_workbook(tmp_path / name).worksheets) for name in ("a.xlsx", "b.xlsx")] == [1, 1]
    assert openpyxl.load_workbook(tmp_path / "a.xlsx").active.dimensions == "A1:B7"


def rows_in(path):
    sheet = zipfile.ZipFile(path).read("xl/worksheets/sheet1.xml").decode()
    return sheet.partition("<sheetData>")[2].partition("</sheetData>")[0].split("<row ")[-len(ODD):]


def test_rows_stand_in_the_sheet_as_xlsxwriter_writes_them(tmp_path):
    rows = [[(n, -1, 0.5, 123456.78, 10**15 - 1)[n % 5], text] for n, text in enumerate(ODD)]
    write_xlsx(tmp_path / "ours.xlsx", SHEET, rows)
    with xlsxwriter.Workbook(tmp_path / "theirs.xlsx", {**book.PLAIN, "constant_memory": True}) as theirs:
        look = book._look(theirs)
        assert [style._get_xf_index() for style in look.values()] == list(range(1, len(look) + 1))      # as ours number them
        page = theirs.add_worksheet()
        for line, (number, text) in enumerate(rows, 4):
            page.write_number(line, 0, number, look["money" if isinstance(number, float) else "whole"])
            page.write_string(line, 1, text, look["text"])
    assert rows_in(tmp_path / "ours.xlsx") == rows_in(tmp_path / "theirs.xlsx")


def test_what_is_no_number_is_refused(tmp_path):
    with pytest.raises(ValueError, match="does not stand"):
        write_xlsx(tmp_path / "a.xlsx", SHEET, [[float("nan"), ""]])


def test_markup_that_somebody_typed_is_text_in_a_workbook(tmp_path):
    sheet = Outgoing("<r>&</r>", "<r>&</r>", "<r>&</r>", ["<r>&</r>", "内容"], [6, 20])
    rows = [[n, text] for n, text in enumerate(MARKUP)]
    write_xlsx(tmp_path / "a.xlsx", sheet, rows)
    write_sheets(tmp_path / "b.xlsx", [(sheet, rows)])
    for name in ("a.xlsx", "b.xlsx"):
        page = openpyxl.load_workbook(tmp_path / name).active
        assert tuple(row[1] for row in page.iter_rows(min_row=5, values_only=True)) == MARKUP
        assert {page[place].value for place in ("A1", "A2", "A3", "A4")} == {"<r>&</r>"}


@pytest.mark.parametrize("headings", [["内容"], ["内容", "又"]])
def test_csv_says_what_the_writer_of_csv_would(tmp_path, headings):
    sheet, lines = Outgoing("题", "位", '由"某,人', headings, [9] * len(headings)), io.StringIO()
    rows = [[text] * len(headings) for text in (*ODD, *MARKUP, 3, -0.5, "")]
    with Csv(tmp_path / "a.csv", sheet) as file:
        assert file.write([file.cell(value) for value in row] for row in rows) == len(rows)
    csv.writer(lines).writerows([headings, *([guarded(value) for value in row] for row in rows), [guarded(sheet.mark)]])
    assert (tmp_path / "a.csv").read_bytes().decode("utf-8-sig") == lines.getvalue()


def test_equal_cells_are_drawn_once_and_few_are_kept():
    asked = []
    drawn = Drawn(lambda value: asked.append(value) or str(value))
    assert [drawn[n % 3] for n in range(9)] == [str(n % 3) for n in range(9)] and asked == [0, 1, 2]
    assert drawn["x" * 999] == "x" * 999 and "x" * 999 not in drawn
    assert all(drawn[n] == str(n) for n in range(3 * MOST)) and len(drawn) <= MOST


@settings(max_examples=300, deadline=None)
@given(st.text("=+-@＝＋－＠\t\r\n \u3000\"',;.0123456789/eE%张a𠮷", max_size=8))
def test_any_text_leaves_guarded_and_quoted(text):
    line = io.StringIO()
    csv.writer(line).writerow([guarded(text), ""])
    with Csv(Path(os.devnull), SHEET) as file:
        assert file.cell(text) + ",\r\n" == line.getvalue()
