"""Writing a ledger as an Excel workbook or as CSV. Text stays text: no cell ever becomes a formula or a link."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from core.web.download import XLSX
from core.web.workbooks import literal

from .lines import Lines, number_cell, text_cell

A4_PAPER = 9
WIDEST = 60
FORMULA_START = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
WHOLE = re.compile(r"-?[0-9]{1,11}")
CHANGED = re.compile(
    r"\+[0-9.]+|[+-]?(0[0-9]+|[0-9]{12,}|[0-9]+\.[0-9]+|[0-9.]+[eE][+-]?[0-9]+)"
    r"|[0-9]{1,4}[-/][0-9]{1,2}|[0-9]{1,2}([-/][0-9]{1,2}){2}")
QUOTED = re.compile('[",\r\n]')     # what csv puts into quotes
UNTOUCHED = re.compile(r'(?![0-9.+\-/eE]*\Z)[^\s=+\-@＝＋－＠",][^",\r\n]*')       # most texts: nothing to guard or to quote
HEAD_LINES = 4                      # title, origin, mark, headings
MOST_LINES = 1_048_576              # of one sheet, as Excel has it
PLAIN = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
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


class Xlsx:
    """A workbook written row by row in bounded memory, as a block; a full sheet is followed by another."""

    media = XLSX

    def __init__(self, path: Path, sheet: Outgoing) -> None:
        options = {**PLAIN, "constant_memory": True, "tmpdir": str(path.parent)}
        self.book, self.sheet = xlsxwriter.Workbook(str(path), options), sheet
        self.look = _look(self.book)
        self.styles = {name: style._get_xf_index() for name, style in self.look.items()}

    def __enter__(self) -> Xlsx:
        return self

    def __exit__(self, *_failed: object) -> None:
        self.book.close()

    def cell(self, value: Cell) -> str:
        """What `write` takes for a value: text, a whole number, or an amount of money."""
        if isinstance(value, str):
            return text_cell(value, self.styles["text"])
        return number_cell(value, self.styles["money" if isinstance(value, float) else "whole"])

    def write(self, rows: Iterable[Sequence[str]]) -> int:
        """All rows, each as many cells as there are headings; returns how many."""
        several, written = iter(rows), 0
        following = next(several, None)
        while True:
            page = _page(self.book, self.sheet, self.look, Lines)
            page.begin(HEAD_LINES, len(self.sheet.headings))
            line = HEAD_LINES
            while following is not None and line < MOST_LINES:
                page.add(following)
                line += 1
                following = next(several, None)
            page.end()
            written += line - HEAD_LINES
            if following is None:
                return written


def write_xlsx(path: Path, sheet: Outgoing, rows: Iterable[Sequence[Cell]]) -> int:
    """Write the workbook row by row in bounded memory; returns the number of rows."""
    with Xlsx(path, sheet) as file:
        return file.write([file.cell(value) for value in row] for row in rows)


def write_sheets(path: Path, sheets: Iterable[tuple[Outgoing, Iterable[Sequence[Cell]]]]) -> None:
    """One workbook with a sheet for each table."""
    with xlsxwriter.Workbook(str(path), {**PLAIN, "tmpdir": str(path.parent)}) as book:
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


def _page(book: xlsxwriter.Workbook, sheet: Outgoing, look: dict[str, Any], kind: type[Worksheet] = Worksheet) -> Any:
    """One more sheet with title, origin and headings, set up for A4."""
    page = book.add_worksheet(worksheet_class=kind)
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
    page.merge_range(0, 0, 0, max(len(sheet.headings) - 1, 1), literal(sheet.title), look["title"])
    page.write_string(1, 0, literal(sheet.meta))
    page.write_string(2, 0, literal(sheet.mark), look["mark"])
    for index, heading in enumerate(sheet.headings):
        page.write_string(HEAD_LINES - 1, index, literal(heading), look["head"])
    return page


def _write_row(page: Any, line: int, row: Sequence[Cell], look: dict[str, Any]) -> None:
    for index, value in enumerate(row):
        if isinstance(value, str):
            page.write_string(line, index, literal(value), look["text"])
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


class Csv:
    """UTF-8 with a mark (so that Excel reads Chinese), as a block; the last line says where the file comes from."""

    media = "text/csv; charset=utf-8"

    def __init__(self, path: Path, sheet: Outgoing) -> None:
        self.stream, self.sheet = path.open("w", encoding="utf-8-sig", newline=""), sheet
        self._lone, self._lines = len(sheet.headings) == 1, io.StringIO()
        self._quote = csv.writer(self._lines)

    def __enter__(self) -> Csv:
        return self

    def __exit__(self, *_failed: object) -> None:
        self.stream.close()

    def cell(self, value: Cell) -> str:
        """What `write` takes for a value: guarded, and in quotes where it needs them."""
        if not isinstance(value, str):
            return guarded(value)
        if UNTOUCHED.fullmatch(value):
            return value
        text = guarded(value)
        if not QUOTED.search(text) and (text or not self._lone):
            return text
        self._lines.seek(0)
        self._lines.truncate()
        self._quote.writerow([text] if self._lone else [text, ""])
        return self._lines.getvalue()[:-2 if self._lone else -3]

    def write(self, rows: Iterable[Sequence[str]]) -> int:
        """All rows; returns how many."""
        line, written = self.stream.write, 0
        line(",".join([self.cell(heading) for heading in self.sheet.headings]) + "\r\n")
        for written, row in enumerate(rows, 1):  # noqa: B007  (the last number is the answer)
            line(",".join(row) + "\r\n")
        csv.writer(self.stream).writerow([guarded(self.sheet.mark)])
        return written


WRITERS: dict[str, type[Xlsx] | type[Csv]] = {"xlsx": Xlsx, "csv": Csv}
