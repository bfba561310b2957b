"""A sheet of attendance with many lines: read in few statements, and one line sees what those before it wrote."""

from __future__ import annotations

import dataclasses
import datetime as dt
import io

import openpyxl
import pytest
from sqlalchemy import select

from core.base.identity import make_id_no
from core.base.session import session
from plugins.training.models import Seat

from .conftest import LATER
from .test_pages import text

HEAD = ["班次编号", "姓名", "支部/社区", "出席", "学时", "备注", "身份证号码"]
LINES, PER_LINE = 24, 20         # statements of check and write together: what else a person did that day is asked for each
KNOWN = make_id_no("110105", dt.date(1983, 1, 15), "female", 24)


def line(name, branch="", said="出席", note="", number=""):
    return ["2026-00001", name, branch, said, "", note, number]


@pytest.fixture
def bring(county):
    """Lines -> the preview's address, and the statements that check and write took a line."""

    def bring(*lines):
        book = openpyxl.Workbook()
        for line in (HEAD, *lines):
            book.active.append(line)
        stream = io.BytesIO()
        book.save(stream)
        officer = county.browser("officer")
        officer.get("/imports/new/training.attendance")
        sent = officer.post("/imports/new/training.attendance", {"file": (io.BytesIO(stream.getvalue()), "签到.xlsx")})
        address = sent.location.removeprefix("/t/east")
        officer.post(address + "/columns")
        with county.world.counting() as sent:
            county.world.run_jobs()
        checked = len(sent)
        page = text(officer, address)
        officer.post(address + "/commit", {"mode": "good"})
        with county.world.counting() as sent:
            county.world.run_jobs()
        return page, (checked + len(sent)) / len(lines)

    with county.on(LATER):
        yield bring


def seats(county):
    with county.acting("all", LATER):
        return sorted((one.person_name, one.attendance, one.note) for one in session().scalars(select(Seat)))


def test_persons_and_seats_are_read_once_for_many_lines(county, bring):
    for number in range(LINES):
        county.person(f"党员{number}", ("东关一支部", "东关二支部")[number % 2])
    county.announced(county.course())
    page, cost = bring(*(line(f"党员{number}") for number in range(LINES)))
    assert "行有误" not in page
    assert len(seats(county)) == LINES and cost < PER_LINE, cost


def test_a_line_sees_whom_the_lines_before_it_put_on_the_sheet(county, bring):
    """The second line of one person changes what the first wrote; of two with one name, one sits there by the first line."""
    other = county.person("李秀兰", "西关支部", id_no=KNOWN)
    county.announced(county.course())
    page, _cost = bring(line("赵大海"), line("赵大海", "西关支部", "缺席", "病假"), line("李秀兰", number=KNOWN),
                        line("李秀兰", said="请假", note="后来说的"), line("王小明", number=KNOWN))
    assert "4 行可以导入，1 行有误" in page and "身份证号码与姓名对不上" in page
    assert seats(county) == [("李秀兰", "excused", "后来说的"), ("赵大海", "absent", "病假")]
    with county.acting("all", LATER):
        assert other in session().scalars(select(Seat.person_id)).all()


def test_a_line_taken_back_leaves_nobody_seated_for_the_lines_after_it(county, bring, monkeypatch):
    county.announced(county.course())
    county.person("李秀兰", "西关支部")
    kind, told = county.world.plugins.import_kinds["training.attendance"], []

    def write(ctx, row, looked):
        answer = kind.write(ctx, row, looked)
        if row.get("note") == "不算":
            told.append(row["name"])
            raise RuntimeError("after it was written")
        return answer

    monkeypatch.setitem(county.world.plugins.import_kinds, kind.name, dataclasses.replace(kind, write=write))
    page, _cost = bring(line("李秀兰", "东关一支部", note="不算"), line("李秀兰"))
    assert told and "0 行可以导入，2 行有误" in page and "有几个人叫 李秀兰" in page
    assert seats(county) == []
