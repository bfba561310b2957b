"""The workbook of failed rows: the uploaded layout, a leading column with the reasons, bad cells coloured."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import xlsxwriter

from core.base.i18n import _
from core.imports.cells import as_text
from core.imports.headings import Match
from core.imports.workbook import AS_STRINGS, TEXT_KINDS, WIDE, WIDEST, sheet_name
from core.web.workbooks import literal

SHIFT = 1                                  # everything moves right by the column of reasons
Area = tuple[int, int, int, int]


@dataclass(frozen=True)
class FailedRow:
    """A row as uploaded; errors by column number, and those that belong to no single column."""

    number: int
    cells: Sequence[Any]
    errors: Mapping[int, str] = field(default_factory=dict)
    general: Sequence[str] = ()


@dataclass(frozen=True)
class Uploaded:
    """What is kept of the uploaded sheet's layout: rows above and in the head as (number, cells), merged areas."""

    sheet: str
    top: Sequence[tuple[int, Sequence[Any]]]
    merged: Sequence[Area]
    matches: Sequence[Match]
    kinds: Mapping[str, str]               # field -> kind of its target


def failures(uploaded: Uploaded, rows: Iterable[FailedRow]) -> bytes:
    """An .xlsx that can be corrected and uploaded again; strings are always written as strings."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, AS_STRINGS) as book:
        sheet = book.add_worksheet(sheet_name(uploaded.sheet or _("未导入的行")))
        look = _formats(book)
        columns = _columns(sheet, uploaded, look)
        line = _write_top(sheet, uploaded, look)
        sheet.freeze_panes(line, 1)
        for row in rows:
            sheet.write_string(line, 0, literal(_reasons(row, uploaded)), look["reason"])
            for column, value in enumerate(row.cells):
                kind = columns.get(column, "")
                style = look["bad_text" if kind in TEXT_KINDS else "bad"] if column in row.errors else look[
                    "text" if kind in TEXT_KINDS else "plain"]
                _write(sheet, line, column + SHIFT, value, kind, style)
            for column in row.errors:
                if column >= len(row.cells):
                    sheet.write_blank(line, column + SHIFT, None, look["bad_text"])
            line += 1
        sheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
    return stream.getvalue()


def _formats(book: xlsxwriter.Workbook) -> dict[str, Any]:
    bad = {"bg_color": "#FFC7CE", "font_color": "#9C0006"}
    return {
        "head": book.add_format({"bold": True, "border": 1, "align": "center", "valign": "vcenter", "text_wrap": True}),
        "reason": book.add_format({"font_color": "#9C0006", "text_wrap": True, "valign": "top"}),
        "bad": book.add_format(bad),
        "bad_text": book.add_format({**bad, "num_format": "@"}),
        "text": book.add_format({"num_format": "@"}),
        "plain": book.add_format({}),
    }


def _columns(sheet: Any, uploaded: Uploaded, look: dict[str, Any]) -> dict[int, str]:
    """Set the columns up and return what kind of value each holds."""
    sheet.set_column(0, 0, 46)
    kinds = {m.column: uploaded.kinds.get(m.field or "", "") for m in uploaded.matches}
    for column, kind in kinds.items():
        width = WIDEST if kind == "id_no" else WIDE
        sheet.set_column(column + SHIFT, column + SHIFT, width, look["text" if kind in TEXT_KINDS else "plain"])
    return kinds


def _write_top(sheet: Any, uploaded: Uploaded, look: dict[str, Any]) -> int:
    """Title and head as they stood; returns the first free line."""
    lines = {number: index for index, (number, _cells) in enumerate(uploaded.top)}
    for number, cells in uploaded.top:
        for column, value in enumerate(cells):
            if value is not None:
                sheet.write_string(lines[number], column + SHIFT, literal(as_text(value)), look["head"])
    covered: set[tuple[int, int]] = set()
    for top, left, bottom, right in uploaded.merged:
        inside = [number in lines for number in range(top + 1, bottom + 2)]
        cells = {(row, column) for row in range(top, bottom + 1) for column in range(left, right + 1)}
        if all(inside) and len(cells) > 1 and not cells & covered and right < 200:
            covered |= cells
            text = literal(as_text(_at(uploaded.top, top + 1, left)))
            sheet.merge_range(lines[top + 1], left + SHIFT, lines[bottom + 1], right + SHIFT, text, look["head"])
    last = len(uploaded.top)
    sheet.write_string(max(last - 1, 0), 0, _("错误说明"), look["head"])
    return max(last, 1)


def _at(top: Sequence[tuple[int, Sequence[Any]]], number: int, column: int) -> Any:
    cells = next((cells for line, cells in top if line == number), ())
    return cells[column] if column < len(cells) else None


def _reasons(row: FailedRow, uploaded: Uploaded) -> str:
    headings = {match.column: match.heading for match in uploaded.matches}
    told = [f"{headings.get(column, '')}：{text}" for column, text in sorted(row.errors.items())]
    return "\n".join([_("原第 %(n)s 行", n=row.number), *told, *row.general])[:32_000]


def _write(sheet: Any, line: int, column: int, value: Any, kind: str, style: Any) -> None:
    """Numbers stay numbers (2020.1 must stay as ambiguous as it was), except in columns of ids and phones."""
    if value is None:
        sheet.write_blank(line, column, None, style)
    elif isinstance(value, bool):
        sheet.write_boolean(line, column, value, style)
    elif isinstance(value, int | float) and kind not in ("id_no", "phone") and abs(value) < 1e300:
        sheet.write_number(line, column, value, style)
    else:
        sheet.write_string(line, column, literal(as_text(value)[:32_767]), style)
