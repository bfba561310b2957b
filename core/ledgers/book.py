"""Writing a ledger as an Excel workbook or as CSV. Text stays text: no cell ever becomes a formula or a link."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import xlsxwriter

A4_PAPER = 9
WIDEST = 60
FORMULA_START = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
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
    """Write the workbook row by row in bounded memory; returns the number of rows."""
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
               "in_memory": False, "tmpdir": str(path.parent)}
    with xlsxwriter.Workbook(str(path), options) as book:
        page = book.add_worksheet("Sheet1")
        _page_setup(page, sheet)
        last = max(len(sheet.headings) - 1, 1)
        page.merge_range(0, 0, 0, last, sheet.title, book.add_format({"bold": True, "font_size": 16, "align": "center"}))
        page.write_string(1, 0, sheet.meta)
        page.write_string(2, 0, sheet.mark, book.add_format({"font_color": "#646c7a", "font_size": 9}))
        frame = {"border": 1, "valign": "vcenter"}
        head = book.add_format({**frame, "bold": True, "align": "center", "text_wrap": True, "bg_color": "#fafbfc"})
        for index, heading in enumerate(sheet.headings):
            page.write_string(3, index, heading, head)
        return _write_rows(page, rows, book.add_format({**frame, "num_format": "@"}), book.add_format(frame),
                           book.add_format({**frame, "num_format": "0.00"}))


def _page_setup(page: Any, sheet: Outgoing) -> None:
    if sheet.landscape:
        page.set_landscape()
    page.set_paper(A4_PAPER)
    page.set_margins(left=0.47, right=0.47, top=0.55, bottom=0.63)
    page.fit_to_pages(1, 0)
    page.repeat_rows(3)
    page.freeze_panes(4, 0)
    page.set_footer("&C&P / &N")
    for index, width in enumerate(sheet.widths):
        page.set_column(index, index, min(width, WIDEST))


def _write_rows(page: Any, rows: Iterable[Sequence[Cell]], text: Any, whole: Any, money: Any) -> int:
    written = 0
    for written, row in enumerate(rows, 1):  # noqa: B007  (the last number is the answer)
        for index, value in enumerate(row):
            if isinstance(value, str):
                page.write_string(written + 3, index, value, text)
            else:
                page.write_number(written + 3, index, value, money if isinstance(value, float) else whole)
    return written


def guarded(value: Cell) -> str:
    """The text of a CSV cell, with a quote before what a spreadsheet would run as a formula (numbers stay as they are)."""
    if not isinstance(value, str):
        return f"{value:.2f}" if isinstance(value, float) else str(value)
    return "'" + value if value.lstrip(" ").startswith(FORMULA_START) else value


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
    "xlsx": (write_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "csv": (write_csv, "text/csv; charset=utf-8"),
}
