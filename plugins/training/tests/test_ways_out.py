"""A class noted wrongly, attended by nobody or giving no hours finds its way out; what is on a sheet stays true."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select

from core.base.session import session
from core.contracts.errors import Conflict, Invalid
from core.notify.models import Bulletin, Notice
from core.notify.wording import save_wording
from plugins.training.effects import seats_of
from plugins.training.models import Certificate, ClassSession, HourEntry, Seat
from plugins.training.queries.sessions import audience_of
from plugins.training.services import attendance, courses, enrolment, sessions
from plugins.training.services.attendance import Mark

from .conftest import LATER, TODAY
from .test_flow import ALL_CAME, balances
from .test_refusals import PLAN, open_sheet, seat_ids

PAST = {**PLAN, "on": dt.date(2026, 3, 5)}
SOME_CAME = {"王小明": "excused", "李秀兰": "absent", "赵大海": "present"}
AGAIN = {**PLAN, "on": dt.date(2026, 12, 11)}


def change(county, session_id, day=LATER + dt.timedelta(days=1), **data):
    with county.acting("officer", day) as ctx:
        sessions.update_session(ctx, session_id, **{**PLAN, **data})


def event(county, session_id):
    with county.acting("all") as ctx:
        return ctx.get(ClassSession, session_id)


def tenths(county, session_id):
    with county.acting("all") as ctx:
        return {row.person_name: row.tenths for row in seats_of(ctx.get(ClassSession, session_id))}


def test_a_class_noted_by_mistake_is_put_right_or_called_off(county):
    with county.acting("officer") as ctx:
        past = sessions.record_past(ctx, org_id=county.orgs["东关社区"], course_id=county.course(), **PAST).id
        attendance.add_walk_ins(ctx, past, person_ids=[county.people["李秀兰"]])
    change(county, past, TODAY, **{**PAST, "on": dt.date(2026, 3, 6), "tenths": 20, "audience": ["secretaries"]})
    made = event(county, past)
    assert (made.on, made.tenths, made.expected) == (dt.date(2026, 3, 6), 20, 1) and tenths(county, past) == {"李秀兰": 20}
    with pytest.raises(Invalid, match="应已结束"):
        change(county, past, TODAY, **{**PAST, "on": LATER})
    assert county.browser("officer").get(f"/training/sessions/{past}/edit").status_code == 200
    county.step(past, "call_off", reason="重复补登")
    assert event(county, past).state == "called_off"
    with pytest.raises(Conflict, match="已取消"):
        change(county, past, TODAY, **PAST)


def test_a_change_of_what_was_held_keeps_the_sheet_true(county):
    made = county.held(county.course(), {"王小明": "present", "李秀兰": "present"}, capacity=2)
    with county.acting("officer", LATER) as ctx:
        attendance.mark(ctx, made, marks=[Mark(seat_ids(county, made)["李秀兰"], "partial", 20)])
        attendance.add_walk_ins(ctx, made, person_ids=[county.people["赵大海"]])
    change(county, made, tenths=60, capacity=2)
    assert tenths(county, made) == {"王小明": 60, "李秀兰": 20, "赵大海": 60}
    with pytest.raises(Invalid, match="李秀兰：部分出席"):
        change(county, made, tenths=20, capacity=2)
    assert tenths(county, made)["王小明"] == 60


def test_a_confirmed_class_with_a_wrong_day_is_opened_put_right_and_confirmed(county):
    made = county.confirmed(county.course(certificate=True), ALL_CAME)
    with pytest.raises(Conflict, match="重新打开"):
        change(county, made, tenths=30)
    county.step(made, "reopen", day=LATER, reason="学时填错")
    change(county, made, on=LATER - dt.timedelta(days=1), tenths=30)
    county.step(made, "submit", day=LATER)
    county.step(made, "confirm", login="second", day=LATER)
    assert balances(county)["李秀兰"][2] == 30
    with county.acting("all"):
        assert {row.on for row in session().scalars(select(HourEntry))} == {LATER - dt.timedelta(days=1)}
        assert {row.tenths for row in session().scalars(select(Certificate))} == {30}
    county.step(made, "reopen", day=LATER, reason="没有办过")
    county.step(made, "call_off", day=LATER, reason="没有办过")
    with county.acting("all"):
        assert all(row.revoke_reason == "班次已取消" for row in session().scalars(select(Certificate)))


def test_a_class_nobody_attended_is_called_off(county):
    made = county.held(county.course(), {"王小明": "absent", "李秀兰": "excused"})
    with county.acting("officer", LATER), pytest.raises(Invalid, match="取消班次"):
        county.step(made, "submit", day=LATER)
    county.step(made, "call_off", day=LATER, reason="无人到场")
    assert event(county, made).state == "called_off"


def test_a_class_without_hours_is_confirmed(county):
    made = county.held(county.course(), ALL_CAME, tenths=0)
    county.step(made, "submit", day=LATER)
    county.step(made, "confirm", login="second", day=LATER)
    assert event(county, made).state == "hours_confirmed" and balances(county)["李秀兰"][2] == 0


def test_a_class_of_days_is_not_changed_while_its_sheet_is_filled_in(county):
    made = open_sheet(county, ends_on=LATER + dt.timedelta(days=2), tenths=120)
    seats = seat_ids(county, made)
    with county.acting("officer", LATER) as ctx:
        attendance.mark(ctx, made, marks=[Mark(seats["李秀兰"], "present")])
        with pytest.raises(Conflict, match="李秀兰 的签到已经登记"):
            enrolment.cancel(ctx, seats["李秀兰"])
        assert enrolment.cancel(ctx, seats["王小明"]) == []
    with pytest.raises(Conflict, match="开始登记"):
        change(county, made, LATER, tenths=40)


def test_a_make_up_is_for_those_on_its_sheet(county):
    course = county.course()
    held = county.held(course, SOME_CAME, org="城关街道")
    county.step(held, "submit", day=LATER)
    with county.acting("officer", LATER) as ctx:
        courses.retire_course(ctx, course)
        with pytest.raises(Invalid, match="授课人"):
            sessions.make_up(ctx, held, **AGAIN, trainer_id=county.people["李秀兰"])
        made = sessions.make_up(ctx, held, **AGAIN).id
        assert audience_of(ctx, made).total == 2
        sessions.update_session(ctx, made, **{**AGAIN, "venue": "党校"})
    county.step(made, "announce", day=LATER, data={"text": "补课", "until": AGAIN["on"]}, accept=True)
    assert (event(county, made).expected, event(county, made).venue) == (2, "党校")
    with county.acting("officer", LATER) as ctx:
        assert enrolment.enrol_all(ctx, made) == (0, 0)
        assert session().scalars(select(Seat.person_name).where(Seat.session_id == made)).all() == ["王小明", "李秀兰"]


def test_who_is_enrolled_is_told_in_the_tenant_s_words_that_it_is_called_off(county):
    with county.acting("all") as ctx:
        save_wording(ctx, "training.called_off", texts={"zh": "停办：{title}"})
        save_wording(ctx, "training.announced_title", texts={"zh": "开班：{title}"})
    made = county.announced(county.course("急救"))
    with county.acting("all") as ctx:
        assert session().scalars(select(Bulletin.title)).one() == "开班：急救"
    with county.acting("all") as ctx:
        enrolment.enrol_people(ctx, made, person_ids=[county.people["李秀兰"]])
    county.step(made, "call_off", reason="场地停电")
    with county.acting("all"):
        told = session().execute(select(Notice.user_id, Notice.title, Notice.url, Notice.source)).all()
        assert [tuple(row) for row in told] == [(county.users["member"], "停办：急救", "/training/mine", "training")]
    assert county.browser("member").get("/training/mine").status_code == 200


def test_an_announcement_is_begun_with_the_words_of_this_minute(county):
    made, officer = county.plan(county.course()), county.browser("officer")
    page = f"/training/sessions/{made}/announce"
    assert "时间：" in officer.get(page).text
    with county.acting("all") as ctx:
        save_wording(ctx, "training.announced", texts={"zh": "欢迎参加：{title}"})
    assert "欢迎参加：" in officer.get(page).text
