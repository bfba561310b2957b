"""The rows of a workbook in the text of its sheet: xlsxwriter makes everything else, but a call for each cell takes half the
time of a file of many rows.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from xml.sax.saxutils import escape

from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

MOST_UNITS = 32_767                 # of UTF-16 in a cell, as Excel has it
ODD = re.compile(r"[&<>\x00-\x08\x0b-\x1f\ufffe\uffff]|_x[0-9a-fA-F]{4}_|^\s|\s$")
UNWRITTEN = re.compile(r"[\x00-\x08\x0b-\x1f\ufffe\uffff]")
LIKE_UNWRITTEN = re.compile(r"(_x[0-9a-fA-F]{4}_)")


def text_cell(text: str, style: int) -> str:
    """What stands behind the place of a cell with a text in it. `style`: number of the format in the workbook."""
    if len(text) > MOST_UNITS // 2:
        text = text.encode("utf-16-le")[:2 * MOST_UNITS].decode("utf-16-le", "ignore")
    if not ODD.search(text):
        return f'" s="{style}" t="inlineStr"><is><t>{text}</t></is></c>'
    text = UNWRITTEN.sub(lambda found: f"_x{ord(found[0]):04X}_", LIKE_UNWRITTEN.sub(r"_x005F\1", text))
    kept = ' xml:space="preserve"' if text[:1].isspace() or text[-1:].isspace() else ""
    return f'" s="{style}" t="inlineStr"><is><t{kept}>{escape(text)}</t></is></c>'


def number_cell(number: float, style: int) -> str:
    """The same for a number. Raises ValueError for what is none."""
    if not math.isfinite(number):
        raise ValueError(f"{number} does not stand in a sheet")
    return f'" s="{style}"><v>{number:.16G}</v></c>'


class Lines(Worksheet):
    """A sheet in constant memory whose rows come as cells that are drawn already."""

    def begin(self, line: int, columns: int) -> None:
        """From this line (counted from 0) on rows are given to `add`; what was written before is done with."""
        self._write_single_row(line)
        places = "".join(f'<c r="{xl_col_to_name(place)}{{n}}%s' for place in range(columns))
        self._next, self._columns, self._row = line, columns, f'<row r="{{n}}">{places}</row>'

    def add(self, cells: Sequence[str]) -> None:
        """The next row."""
        self._next += 1
        self.row_data_fh.write(self._row.replace("{n}", str(self._next)) % tuple(cells))

    def end(self) -> None:
        """No row comes any more: tell the sheet how many there were."""
        self._check_dimensions(max(self._next - 1, 0), self._columns - 1)
