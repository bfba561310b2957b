"""The parts of the reading program by themselves, in this process."""

from __future__ import annotations

import dataclasses
import datetime as dt
import io
import itertools
import json
import sys
import threading

import pytest

from core.contracts.errors import TooMany
from core.imports import reader
from core.imports.child import program
from core.imports.child.csv_text import csv_rows, decode, sniff_delimiter, unquote
from core.imports.child.refused import Refused
from core.imports.child.scan import column_number, scan
from core.imports.child.sheets import MERGE_CELLS, fill, merges, plain, sheet_rows
from core.imports.limits import Limits
from tests.core.imports.hostile import END, SHEET, honest, packed, two_corners

LIMITS = dataclasses.asdict(Limits())


def cells_of(sheet: bytes) -> list:
    return [row for row in sheet_rows(packed(SHEET + sheet + END), None, LIMITS) if not isinstance(row, dict)]


def test_values_become_json():
    assert plain(dt.datetime(2020, 9, 1)) == plain(dt.date(2020, 9, 1)) == {"d": "2020-09-01"}
    assert plain(dt.datetime(2020, 9, 1, 8)) == {"d": "2020-09-01T08:00:00"}
    assert plain(dt.time(8, 30)) == "08:30:00" and plain("") is None and plain(3.5) == 3.5


def test_merged_cells_are_filled_in():
    rows = list(fill([["a", "", "c"], ["", "", "d"]], 1, [(0, 1, 1, 2)], {}))
    assert rows == [(1, [None, "a", "a", "c"]), (2, [None, "a", "a", "d"])]
    assert list(fill([["a"]], 0, [], {0: {2: "#N/A"}})) == [(1, ["a", None, {"x": "#N/A"}])]


def test_absurd_merges_are_left_alone():
    class Wide:
        merged_cell_ranges = [((0, 0), (MERGE_CELLS, 1))]

    assert merges(Wide()) == []


def test_errors_and_formulas_without_results_are_found():
    rows = cells_of(
        b'<row r="1"><c r="A1" t="e"><f>NA()</f><v>#N/A</v></c><c r="B1"><f>1+1</f><v/></c><c r="C1"><f>1+1</f><v>2</v></c>'
        b'<c r="D1" t="str"><f>""</f><v></v></c><c r="E1" s="1"/></row>'
    )
    assert rows == [(1, [{"x": "#N/A"}, {"x": "="}, 2.0])] or rows == [(1, [{"x": "#N/A"}, {"x": "="}, 2.0, None])]


def test_columns_have_numbers():
    assert [column_number(letters) for letters in (b"A", b"Z", b"AA", b"XFD")] == [1, 26, 27, 16384]


@pytest.mark.parametrize(("data", "code"), [
    (two_corners(), "far"),
    (packed(SHEET + b'<row r="1"><c r="XFE1"><v>1</v></c></row>' + END), "structure"),
    (packed(b"<!DOCTYPE x>" + SHEET + END), "structure"),
    (packed(SHEET + END, xl__other=b"<!DOCTYPE x><a/>"), "structure"),
    (packed(SHEET + END)[:-10], "damaged"),
])
def test_scan_refuses(data, code):
    with pytest.raises(Refused) as refused:
        scan(data, LIMITS)
    assert refused.value.line["error"] == code


def test_scan_bounds_what_other_parts_unpack_to():
    with pytest.raises(Refused) as refused:
        scan(packed(SHEET + END, xl__other=b"x" * (3 << 20)), LIMITS | {"unpacked_bytes": 1 << 20})
    assert refused.value.line["error"] == "too_much"


@pytest.mark.parametrize(("limits", "rows", "code"), [
    ({"rows": 2}, [(n, ["a"]) for n in range(3)], "rows"),
    ({"columns": 2}, [(1, ["a", "b", "c"])], "columns"),
    ({"cell_chars": 2}, [(1, ["abc"])], "cell"),
    ({"output_bytes": 40}, [(n, ["abc"]) for n in range(9)], "too_much"),
])
def test_output_is_bounded(limits, rows, code):
    with pytest.raises(Refused) as refused:
        list(program.bounded(iter(rows), LIMITS | limits))
    assert refused.value.line["error"] == code


def test_blank_rows_and_cells_are_left_out():
    lines = list(program.bounded(iter([(1, ["a", None, None]), (2, [None, " "]), (3, ["b"])]), LIMITS))
    assert [json.loads(line) for line in lines] == [[1, ["a"]], [3, ["b"]], {"end": 2}]


@pytest.mark.parametrize(("data", "answer"), [(b"a,b\n1,2\n", {"end": 2}), (b"a\x01b", {"error": "not_text"})])
def test_the_program_answers_in_lines(data, answer, monkeypatch):
    out = io.TextIOWrapper(io.BytesIO())
    monkeypatch.setattr(program, "fence_in", lambda limits: None)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
    monkeypatch.setattr(sys, "stdout", out)
    program.main([json.dumps({"kind": "csv", "limits": LIMITS, "sheet": None})])
    out.seek(0)
    assert json.loads(out.read().splitlines()[-1]) == answer


def test_the_program_says_when_memory_is_short(monkeypatch):
    def short(*_arguments):
        raise MemoryError

    monkeypatch.setattr(program, "sheet_rows", short)
    out = io.TextIOWrapper(io.BytesIO())
    monkeypatch.setattr(program, "fence_in", lambda limits: None)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(honest())))
    monkeypatch.setattr(sys, "stdout", out)
    program.main([json.dumps({"kind": "xlsx", "limits": LIMITS, "sheet": None})])
    out.seek(0)
    assert json.loads(out.read()) == {"error": "memory"}


@pytest.mark.parametrize(("data", "encoding"), [
    ("党员".encode("gbk"), "gb18030"), ("䶮".encode("gb18030"), "gb18030"), ("党员".encode(), "utf-8"),
    ("党员,a,b,c".encode("utf-16-le"), "utf-16-le"), ("a,b,c,d".encode("utf-16-be"), "utf-16-be"),
    ("a".encode("utf-16"), "utf-16"), ("a".encode("utf-8-sig"), "utf-8-sig"),
])
def test_encodings(data, encoding):
    found, text = decode(data)
    assert found == encoding and text


@pytest.mark.parametrize("data", [b"abc\0def" * 9, b"\xff\xfea", b"\xef\xbb\xbf\xff", b"\x81", b"\x01\xff\xff"])
def test_what_is_no_text(data):
    with pytest.raises(Refused):
        decode(data)


def test_csv_cells():
    assert [unquote(cell) for cell in ('="0012"', "'0012", "'abc", "it's", '="')] == ["0012", "0012", "'abc", "it's", '="']
    assert [sniff_delimiter(text) for text in ("a\tb,c\n1\t2\n", "a;b\n", "a|b", "甲，乙", "")] == ["\t", ";", "|", "，", ","]
    rows = list(itertools.islice(csv_rows(b'a,"b\nc"\nd,e\n'), 1, None))
    assert rows == [(1, ["a", "b\nc"]), (3, ["d", "e"])]
    with pytest.raises(Refused):
        list(csv_rows(b" \n \n"))


def test_files_wait_for_a_place(monkeypatch):
    monkeypatch.setattr(reader, "SLOTS", threading.BoundedSemaphore(1))
    with reader.open_sheet(honest()), pytest.raises(TooMany), reader.open_sheet(honest(), limits=Limits(wall_seconds=0.05)):
        raise AssertionError("two files at once")
    with reader.open_sheet(honest()) as sheet:
        assert sheet.name


@pytest.mark.parametrize("lines", [[b"no json\n"], [b"[1,2]\n"], []])
def test_a_child_that_talks_nonsense_is_not_believed(lines, monkeypatch):
    class Child:
        stdout = lines

    with pytest.raises(Exception, match="过大"):
        found = reader._lines(Child())
        reader._sheet("csv", next(found), found)
