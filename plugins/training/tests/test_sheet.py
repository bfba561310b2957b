"""The sheet: what it says back, what it prints, and who is told of a change."""

from __future__ import annotations

import pytest

from core.contracts.errors import Conflict
from core.settings.modules import save_settings
from plugins.training.models import ClassSession, Seat
from plugins.training.services import attendance
from plugins.training.services.attendance import Mark
from plugins.training.taking import undo

from .conftest import LATER
from .test_pages import text
from .test_refusals import open_sheet, seat_ids


def test_a_line_goes_back_to_not_entered(county):
    made = open_sheet(county, ("李秀兰",))
    seat = seat_ids(county, made)["李秀兰"]
    path = f"/training/sessions/{made}/attendance"
    with county.on(LATER):
        officer = county.browser("officer")
        for said in ("present", ""):
            assert officer.post(path, {f"a-{seat}": said, f"n-{seat}": "住院陪护"}).status_code == 303
        assert "住院陪护" not in text(officer, f"/training/sessions/{made}/sheet"), "the printed sheet goes round"
    with county.acting("all") as ctx:
        row = ctx.get(Seat, seat)
        assert (row.attendance, row.tenths) == ("", 0)


def test_taking_an_import_back_tells_whoever_has_the_sheet_open(county):
    made = open_sheet(county, ("李秀兰",))
    seat = seat_ids(county, made)["李秀兰"]
    with county.acting("officer", LATER) as ctx:
        attendance.mark(ctx, made, marks=[Mark(seat, "present")])
        before = ctx.get(ClassSession, made).version
        kept = {"version": ctx.get(Seat, seat).version, "before": {"attendance": "", "tenths": 0}}
        undo(ctx, seat, kept)
        assert ctx.get(ClassSession, made).version == before + 1


def test_a_draft_and_a_class_called_off_do_not_wait_for_the_superior(county):
    made = county.plan(county.course())
    for match in ("先发布预告", "已取消，不登记"):
        with county.acting("officer", LATER) as ctx, pytest.raises(Conflict, match=match):
            attendance.mark(ctx, made, marks=[])
        if match == "先发布预告":
            county.step(made, "call_off", reason="不办了")


def test_nobody_is_offered_what_is_switched_off(county):
    county.announced(county.course())
    assert "enrol-me" in text(county.browser("member"), "/training/mine")
    with county.acting("all") as ctx:
        save_settings(ctx, "training", values={"self_enrolment": False, "certificate_prefix": "", "certificate_title": ""})
    assert "enrol-me" not in text(county.browser("member"), "/training/mine")
