"""The workbook people download to fill in: red required heads, hints, drop-downs, one example row."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from typing import Any

import xlsxwriter

from core.base.i18n import _
from core.imports.targets import Target
from core.imports.words import example_mark
from core.web.workbooks import literal

AS_STRINGS = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
TEXT_KINDS = ("id_no", "phone", "date", "text", "name")
LONGEST_INLINE = 255                       # what Excel allows for a list written into the cell rule
ROWS_RULED = 5000                          # so many rows get the drop-down
NARROW, WIDE, WIDEST = 8, 14, 22


def template(title: str, targets: Sequence[Target]) -> bytes:
    """An empty workbook for these fields. Its example row is marked and passed over by the import."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, AS_STRINGS) as book:
        sheet = book.add_worksheet(sheet_name(title))
        formats = _formats(book)
        note = _("红色列必填。从示例行的下一行开始填写，示例行导入时会跳过。日期可写 2020-09-01 或 2020年9月。")
        sheet.write_string(0, 0, note, formats["note"])
        sheet.write_string(1, 0, _("序号"), formats["head"])
        sheet.write_string(2, 0, example_mark(), formats["example"])
        sheet.set_column(0, 0, NARROW)
        lists = _Lists(book)
        for column, target in enumerate(targets, start=1):
            _column(sheet, column, target, formats)
            if target.options and target.kind in ("choice", "text"):
                _drop_down(sheet, column, target, lists)
            elif target.kind == "bool":
                sheet.data_validation(2, column, ROWS_RULED, column, _rule([_("是"), _("否")], target))
        sheet.freeze_panes(2, 0)
        sheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
    return stream.getvalue()


def sheet_name(title: str) -> str:
    """A title as Excel allows it for a tab: at most 31 characters, none of []:*?/\\ and no quote at the ends."""
    return re.sub(r"[\[\]:*?/\\\x00-\x1f]", "", str(title)).strip(" '")[:31] or "Sheet1"


def _formats(book: xlsxwriter.Workbook) -> dict[str, Any]:
    head = {"bold": True, "border": 1, "align": "center", "valign": "vcenter", "text_wrap": True, "bg_color": "#F2F2F2"}
    return {
        "head": book.add_format(head),
        "required": book.add_format({**head, "font_color": "#C00000"}),
        "note": book.add_format({"font_color": "#595959", "italic": True}),
        "example": book.add_format({"font_color": "#7F7F7F", "num_format": "@"}),
        "text": book.add_format({"num_format": "@"}),
        "plain": book.add_format({}),
    }


def _column(sheet: Any, column: int, target: Target, formats: dict[str, Any]) -> None:
    as_text = target.kind in TEXT_KINDS
    width = WIDEST if target.kind == "id_no" else max(WIDE, min(30, len(str(target.label)) * 2 + 4))
    sheet.set_column(column, column, width, formats["text" if as_text else "plain"])
    sheet.write_string(1, column, str(target.label), formats["required" if target.required else "head"])
    if target.example:
        sheet.write_string(2, column, str(target.example), formats["example"])
    hint = str(target.hint)
    if target.required:
        hint = _("必填。") + hint
    if hint:
        sheet.write_comment(1, column, hint, {"x_scale": 1.4})


class _Lists:
    """Long lists stand on a hidden sheet, one column each, made when the first one is needed."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        self.book, self.sheet, self.used = book, None, 0

    def add(self, entries: list[str]) -> str:
        """The range of a new list, as a data rule names it."""
        if self.sheet is None:
            self.sheet = self.book.add_worksheet(_("字典"))
            self.sheet.hide()
        for row, entry in enumerate(entries):
            self.sheet.write_string(row, self.used, literal(entry))
        letters = xlsxwriter.utility.xl_col_to_name(self.used)
        self.used += 1
        return f"='{self.sheet.get_name()}'!${letters}$1:${letters}${len(entries)}"


def _drop_down(sheet: Any, column: int, target: Target, lists: _Lists) -> None:
    labels = [str(option.label) for option in target.options][:100_000]
    short = len(",".join(labels)) <= LONGEST_INLINE and not any("," in label for label in labels)
    source = labels if short else lists.add(labels)
    sheet.data_validation(2, column, ROWS_RULED, column, _rule(source, target))


def _rule(source: list[str] | str, target: Target) -> dict[str, Any]:
    """A drop-down that warns but does not forbid: aliases are understood by the import."""
    return {
        "validate": "list", "source": source, "error_type": "warning",
        "error_title": str(target.label)[:32], "error_message": _("请从列表中选择。"),
    }
