"""The sheet of attendance as a workbook, with the headings of the import. Text stays text: no cell becomes a formula."""

from __future__ import annotations

from io import BytesIO

import xlsxwriter

from core.web.workbooks import literal

from .queries.sessions import SessionPage
from .schemas.sheet import AttendanceRow
from .tenths import shown
from .words import ATTENDANCE

PLAIN = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
WIDTHS = (12, 12, 22, 12, 8, 24, 22)


def sheet_workbook(page: SessionPage) -> bytes:
    """One line per seat the reader may see, the session's number in each."""
    heads = [str(field.metadata["ui"]["label"]) for field in AttendanceRow().fields.values()]
    stream = BytesIO()
    with xlsxwriter.Workbook(stream, PLAIN) as book:
        paper = book.add_worksheet("Sheet1")
        bold = book.add_format({"bold": True, "border": 1, "align": "center", "bg_color": "#fafbfc"})
        text = book.add_format({"border": 1, "num_format": "@"})
        for place, (head, width) in enumerate(zip(heads, WIDTHS, strict=True)):
            paper.write_string(0, place, head, bold)
            paper.set_column(place, place, width)
        for number, line in enumerate(page.lines, 1):
            seat = line.seat
            hours = shown(seat.tenths) if seat.attendance else ""
            said = str(ATTENDANCE.get(seat.attendance, ""))
            for place, cell in enumerate((page.event.number, seat.person_name, line.branch, said, hours, seat.note, "")):
                paper.write_string(number, place, literal(cell), text)
        paper.data_validation(1, 3, max(len(page.lines), 1), 3, {
            "validate": "list", "source": [str(label) for label in ATTENDANCE.values()], "error_type": "warning"})
        paper.freeze_panes(1, 0)
        paper.set_paper(9)
        paper.set_footer("&C&P / &N")
    return stream.getvalue()
