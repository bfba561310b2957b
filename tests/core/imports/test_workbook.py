"""Template and workbook of failed rows: what we write, we can read; strings stay strings."""

from __future__ import annotations

import io
import zipfile

import openpyxl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from core.imports.failures import FailedRow, Uploaded, failures
from core.imports.reader import open_sheet
from core.imports.table import open_table, read_row
from core.imports.targets import Option, Target
from core.imports.workbook import sheet_name, template
from tests.core.imports.make_workbooks import BAD_ROWS, HERE
from tests.core.imports.roster import BY_NAME, ROSTER

LONG = Target("org", "单位", "choice", options=tuple(Option(str(n), f"第{n}党支部") for n in range(300)), example="第1党支部")


def test_template_is_understood_and_its_example_passed_over():
    targets = (*ROSTER, LONG, Target("flag", "是否在册", "bool", hint="填是或否"))
    data = template("党员花名册", targets)
    with open_table(data, targets) as table:
        rows = list(table.rows)
    assert rows == [] and table.skipped.examples == 1
    assert [m.field for m in table.matches] == [None, *(t.name for t in targets)] and all(m.sure for m in table.matches[1:])


def test_template_helps_to_fill_in():
    book = openpyxl.load_workbook(io.BytesIO(template("党员:花名册", (*ROSTER, LONG))))
    sheet = book.worksheets[0]
    assert sheet.title == "党员花名册" and sheet.freeze_panes == "A3"
    assert [book[name].sheet_state for name in book.sheetnames] == ["visible", "hidden"]
    head = {cell.value: cell for cell in sheet[2]}
    assert head["姓名"].font.color.rgb == "FFC00000" and head["备注"].font.color.type == "theme"
    assert "必填" in head["姓名"].comment.text
    assert sheet.column_dimensions["E"].width > 20
    rules = {str(rule.sqref): rule.formula1 for rule in sheet.data_validations.dataValidation}
    assert rules["C3:C5001"] == '"男,女"' and "'字典'!$A$1:$A$300" in rules.values()


def redo(data: bytes) -> tuple[bytes, int]:
    """Upload, take the failed rows, write them back."""
    with open_table(data, ROSTER) as table:
        read = [read_row(row, table.matches, BY_NAME) for row in table.rows]
    columns = {match.field: match.column for match in table.matches}
    bad = [
        FailedRow(row.number, row.cells, {columns[name]: said for name, said in row.errors.items()}, ("整行提示",))
        for row in read if row.errors
    ]
    top = [(row.number, row.cells) for row in (*table.head.title, *table.head.rows)]
    kinds = {target.name: target.kind for target in ROSTER}
    return failures(Uploaded(table.sheet.name, top, table.sheet.merged, table.matches, kinds), bad), len(bad)


@pytest.mark.parametrize("name", ["roster_ugly.xlsx"])
def test_failed_rows_come_back_in_the_same_layout(name):
    data, count = redo((HERE / name).read_bytes())
    assert count == BAD_ROWS
    book = openpyxl.load_workbook(io.BytesIO(data))
    sheet = book.active
    assert sheet["A4"].value == "错误说明" and sheet["B1"].value.endswith("（2026年上半年）") and sheet["C3"].value == "姓名"
    assert {"B1:N1", "L3:M3", "C3:C4"} <= {str(area) for area in sheet.merged_cells.ranges}
    assert "科学计数法" in sheet["A5"].value and "原第 37 行" in sheet["A5"].value and "整行提示" in sheet["A5"].value
    assert sheet["F5"].fill.fgColor.rgb == "FFFFC7CE" and sheet["F5"].number_format == "@"
    again, count = redo(data)
    assert count == BAD_ROWS
    third = openpyxl.load_workbook(io.BytesIO(again)).active
    assert third["B4"].value in ("错误说明", None, "序号")


def test_corrected_rows_are_good():
    data, _count = redo((HERE / "roster_ugly.xlsx").read_bytes())
    book = openpyxl.load_workbook(io.BytesIO(data))
    sheet = book.active
    for line in range(5, 5 + BAD_ROWS):
        sheet.cell(line, 3).value = "更正人" + "甲乙丙丁戊己庚辛壬癸子丑"[line - 5]
        for column, value in ((4, "男"), (6, None), (8, "2000年7月"), (11, "滨海一支部"), (12, "19900003333")):
            sheet.cell(line, column).value = value
    stream = io.BytesIO()
    book.save(stream)
    with open_table(stream.getvalue(), ROSTER) as table:
        read = [read_row(row, table.matches, BY_NAME) for row in table.rows]
    assert len(read) == BAD_ROWS and not any(row.errors for row in read)


PAYLOADS = st.one_of(
    st.sampled_from(["=1+1", "+cmd", "-2+3", "@SUM(1)", "=HYPERLINK(\"http://x\")", "http://a.b", "0012", "1E5", "\t=1", "'=1",
                     "<r>&</r>"]),
    st.text(st.characters(min_codepoint=32, exclude_categories=("Cs", "Cc", "Cn", "Co")), min_size=1, max_size=30),
)


@settings(max_examples=60, deadline=None)
@example(["<r>&</r>", "<r><t>x</t></r>"])
@given(st.lists(PAYLOADS, min_size=1, max_size=12))
def test_strings_survive_as_strings(texts):
    kept = [text for text in texts if text.strip()]
    rows = [FailedRow(n, [text]) for n, text in enumerate(kept, 2)]
    data = failures(Uploaded("表", [(1, ["备注"])], [], [], {}), rows)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")
    with open_sheet(data) as sheet:
        assert [row.cells[1] for row in list(sheet.rows)[1:]] == kept


def test_sheet_names_are_allowed_ones():
    assert sheet_name("党员/花名册: [2026]*?") == "党员花名册 2026"
    assert sheet_name("'") == "Sheet1" and len(sheet_name("长" * 90)) == 31
