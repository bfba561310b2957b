"""Writing a ledger as an Excel workbook or as CSV. Text stays text: no cell ever becomes a formula or a link."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import xlsxwriter

from core.web.download import XLSX

A4_PAPER = 9
WIDEST = 60
FORMULA_START = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
WHOLE = re.compile(r"-?[0-9]{1,11}")
CHANGED = re.compile(
    r"\+[0-9.]+|[+-]?(0[0-9]+|[0-9]{12,}|[0-9]+\.[0-9]+|[0-9.]+[eE][+-]?[0-9]+)"
    r"|[0-9]{1,4}[-/][0-9]{1,2}|[0-9]{1,2}([-/][0-9]{1,2}){2}")
HEAD_LINES = 4                      # title, origin, mark, headings
MOST_LINES = 1_048_576              # of one sheet, as Excel has it
Cell = str | int | float


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What a file shows besides its rows. widths in characters; `mark` says who took it out, when, with which filter."""

    title: str
    meta: str
    mark: str
    headings: Sequence[str]
    widths: Sequence[int]
    landscape: bool = True


def write_xlsx(path: Path, sheet: Outgoing, rows: Iterable[Sequence[Cell]]) -> int:
    """Write the workbook row by row in bounded memory; returns the number of rows. A full sheet is followed by another."""
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
               "in_memory": False, "tmpdir": str(path.parent)}
    written = 0
    with xlsxwriter.Workbook(str(path), options) as book:
        look = _look(book)
        page, line = _page(book, sheet, look), HEAD_LINES
        for written, row in enumerate(rows, 1):  # noqa: B007  (the last number is the answer)
            if line == MOST_LINES:
                page, line = _page(book, sheet, look), HEAD_LINES
            _write_row(page, line, row, look)
            line += 1
    return written


def write_sheets(path: Path, sheets: Iterable[tuple[Outgoing, Iterable[Sequence[Cell]]]]) -> None:
    """One workbook with a sheet for each table."""
    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
                                         "tmpdir": str(path.parent)}) as book:
        look = _look(book)
        for sheet, rows in sheets:
            page = _page(book, sheet, look)
            for line, row in enumerate(rows, HEAD_LINES):
                _write_row(page, line, row, look)


def _look(book: xlsxwriter.Workbook) -> dict[str, Any]:
    frame = {"border": 1, "valign": "vcenter"}
    return {
        "title": book.add_format({"bold": True, "font_size": 16, "align": "center"}),
        "mark": book.add_format({"font_color": "#646c7a", "font_size": 9}),
        "head": book.add_format({**frame, "bold": True, "align": "center", "text_wrap": True, "bg_color": "#fafbfc"}),
        "text": book.add_format({**frame, "num_format": "@"}),
        "whole": book.add_format(frame),
        "money": book.add_format({**frame, "num_format": "0.00"}),
    }


def _page(book: xlsxwriter.Workbook, sheet: Outgoing, look: dict[str, Any]) -> Any:
    """One more sheet with title, origin and headings, set up for A4."""
    page = book.add_worksheet()
    if sheet.landscape:
        page.set_landscape()
    page.set_paper(A4_PAPER)
    page.set_margins(left=0.47, right=0.47, top=0.55, bottom=0.63)
    page.fit_to_pages(1, 0)
    page.repeat_rows(HEAD_LINES - 1)
    page.freeze_panes(HEAD_LINES, 0)
    page.set_footer("&C&P / &N")
    for index, width in enumerate(sheet.widths):
        page.set_column(index, index, min(width, WIDEST))
    page.merge_range(0, 0, 0, max(len(sheet.headings) - 1, 1), sheet.title, look["title"])
    page.write_string(1, 0, sheet.meta)
    page.write_string(2, 0, sheet.mark, look["mark"])
    for index, heading in enumerate(sheet.headings):
        page.write_string(HEAD_LINES - 1, index, heading, look["head"])
    return page


def _write_row(page: Any, line: int, row: Sequence[Cell], look: dict[str, Any]) -> None:
    for index, value in enumerate(row):
        if isinstance(value, str):
            page.write_string(line, index, value, look["text"])
        else:
            page.write_number(line, index, value, look["money" if isinstance(value, float) else "whole"])


def guarded(value: Cell) -> str:
    """The text of a CSV cell (numbers stay as they are). A spreadsheet reads a CSV as it likes: a quote stands before what it
    would run as a formula, a tab (which it shows as nothing) before what it would change: 0371, 2020.10, 3-5, long numbers.
    """
    if not isinstance(value, str):
        return f"{value:.2f}" if isinstance(value, float) else str(value)
    if CHANGED.fullmatch(value):
        return "\t" + value
    return "'" + value if value.lstrip(" ").startswith(FORMULA_START) and not WHOLE.fullmatch(value) else value


def write_csv(path: Path, sheet: Outgoing, rows: Iterable[Sequence[Cell]]) -> int:
    """Write UTF-8 with a mark (so that Excel reads Chinese); the last line says where the file comes from."""
    written = 0
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        out = csv.writer(stream)
        out.writerow([guarded(h) for h in sheet.headings])
        for row in rows:
            out.writerow([guarded(value) for value in row])
            written += 1
        out.writerow([guarded(sheet.mark)])
    return written


WRITERS: dict[str, tuple[Callable[[Path, Outgoing, Iterable[Sequence[Cell]]], int], str]] = {
    "xlsx": (write_xlsx, XLSX),
    "csv": (write_csv, "text/csv; charset=utf-8"),
}
