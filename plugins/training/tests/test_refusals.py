"""What cannot be true is refused with a sentence; no form answers with a fault of the program."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from marshmallow import ValidationError
from sqlalchemy import func, select

from core.base.session import session
from core.contracts.errors import Conflict, Invalid
from core.work.services import make_step
from plugins.training.effects import seats_of
from plugins.training.models import ClassSession, Prerequisite, Seat
from plugins.training.schemas.fields import read_hours
from plugins.training.services import attendance, courses, enrolment, sessions
from plugins.training.services.attendance import Mark
from plugins.training.tenths import shown

from .conftest import COURSE, FLOW, LATER, TODAY

PLAN = {"on": LATER, "begins": dt.time(9), "ends": dt.time(12), "audience": ["members"]}


def seat_ids(county, session_id):
    with county.acting("all") as ctx:
        return {row.person_name: row.id for row in seats_of(ctx.get(ClassSession, session_id))}


def refused(county, session_id, marks, login="officer", day=LATER):
    """The sentences with which a sheet is refused; nothing of it was kept."""
    with county.acting(login, day) as ctx:
        with pytest.raises(Invalid) as said:
            attendance.mark(ctx, session_id, marks=marks)
        kept = session().scalar(select(func.count(Seat.id)).where(Seat.session_id == session_id, Seat.attendance != ""))
    assert kept == 0
    return " ".join(text for texts in said.value.errors.values() for text in texts)


def open_sheet(county, names=("王小明", "李秀兰"), course_id=None, **data):
    made = county.announced(course_id or county.course(), **data)
    with county.acting("officer") as ctx:
        enrolment.enrol_people(ctx, made, person_ids=[county.people[name] for name in names])
    return made


def test_attendance_is_not_entered_before_the_session(county):
    made = open_sheet(county)
    with county.acting("officer", LATER - dt.timedelta(days=1)) as ctx, pytest.raises(Conflict, match="才开始"):
        attendance.mark(ctx, made, marks=[Mark(one, "present") for one in seat_ids(county, made).values()])
    with county.acting("officer") as ctx, pytest.raises(Invalid, match="才结束"):
        make_step(ctx, FLOW, made, "hold")


def test_absent_people_get_no_hours_and_a_part_is_not_the_whole(county):
    made = open_sheet(county)
    seat = seat_ids(county, made)["李秀兰"]
    assert "缺席" in refused(county, made, [Mark(seat, "absent", 40)])
    assert "部分出席" in refused(county, made, [Mark(seat, "partial")])
    assert "部分出席" in refused(county, made, [Mark(seat, "partial", 40)])
    assert "全程出席计 4 学时" in refused(county, made, [Mark(seat, "present", 80)])


def test_nobody_is_in_two_rooms_at_one_time(county):
    course_id = county.course()
    first, second = open_sheet(county, course_id=course_id), county.announced(course_id, begins=dt.time(10), ends=dt.time(15))
    with county.acting("officer") as ctx, pytest.raises(Invalid, match="同时在两处"):
        enrolment.enrol_people(ctx, second, person_ids=[county.people["李秀兰"]])
    with county.acting("officer", LATER) as ctx:
        attendance.mark(ctx, first, marks=[Mark(seat_ids(county, first)["李秀兰"], "present")])
        with pytest.raises(Invalid, match="同时在两处"):
            attendance.add_walk_ins(ctx, second, person_ids=[county.people["李秀兰"]])


def test_no_day_gives_more_than_eight_hours(county):
    whole, early = county.course("全天", tenths=80), county.course("早间", tenths=10)
    first = open_sheet(county, course_id=whole, begins=dt.time(8), ends=dt.time(17))
    second = open_sheet(county, course_id=early, begins=dt.time(6), ends=dt.time(7))
    with county.acting("officer", LATER) as ctx:
        attendance.mark(ctx, first, marks=[Mark(one, "present") for one in seat_ids(county, first).values()])
    assert "超过每天 8 学时" in refused(county, second, [Mark(one, "present") for one in seat_ids(county, second).values()])
    with county.acting("officer") as ctx:
        with pytest.raises(Invalid, match="最多计 8 学时"):
            sessions.plan_session(ctx, org_id=county.orgs["东关社区"], course_id=whole, **{**PLAN, "tenths": 90})
        made = sessions.plan_session(ctx, org_id=county.orgs["东关社区"], course_id=whole,
                                     **{**PLAN, "tenths": 160, "ends_on": LATER + dt.timedelta(days=1)})
        assert made.days == 2


def test_a_trainer_is_no_trainee(county):
    made = county.announced(county.course(), trainer_id=county.people["王小明"])
    with county.acting("officer") as ctx:
        assert ctx.get(ClassSession, made).trainer == "王小明"
        with pytest.raises(Invalid, match="授课人"):
            enrolment.enrol_people(ctx, made, person_ids=[county.people["王小明"]])
        assert enrolment.enrol_all(ctx, made) == (1, 0)
    with county.acting("officer", LATER) as ctx, pytest.raises(Invalid, match="授课人"):
        attendance.add_walk_ins(ctx, made, person_ids=[county.people["王小明"]])


def test_a_screen_gives_no_hours(county):
    with county.acting("officer") as ctx:
        with pytest.raises(Invalid, match="线上自学"):
            courses.save_course(ctx, org_id=county.orgs["东关社区"], name="网课", **{**COURSE, "form": "online_self_study"})
        made = courses.save_course(ctx, org_id=county.orgs["东关社区"], name="网课",
                                   **{**COURSE, "form": "online_self_study", "tenths": 0})
        with pytest.raises(Invalid, match="线上自学"):
            sessions.plan_session(ctx, org_id=county.orgs["东关社区"], course_id=made.id, **{**PLAN, "tenths": 20})
        for typed in ("在线 40", "观看90分钟", "点播4学时"):
            with pytest.raises(ValidationError, match="不计学时"):
                read_hours(typed)


def test_hours_as_people_write_them(county):
    with county.acting("all"):
        for typed, tenths in (("4", 40), ("4.5", 45), ("４．５", 45), ("8学时", 80), ("1.50", 15), (" 2 个学时", 20)):
            assert read_hours(typed) == tenths, typed


def test_hours_that_are_none(county):
    with county.acting("all"):
        for typed in ("0.5天", "半天", "90分钟", "一", "4,5", "-4", "1e3", "4.55", "4 8", "9999", "٤", "²", "=4"):
            with pytest.raises(ValidationError) as said:
                read_hours(typed)
            assert str(said.value.messages[0]).endswith("。"), typed


@given(st.integers(0, 2000))
@settings(max_examples=60)
def test_tenths_are_shown_without_loss(tenths):
    whole, _mark, rest = shown(tenths).partition(".")
    assert int(whole) * 10 + int(rest or 0) == tenths


def test_the_ladder_leads_upwards(county):
    basic, middle = county.course("基础"), county.course("进阶", level=2)
    place = {"org_id": county.orgs["东关社区"]}
    with county.acting("officer") as ctx:
        courses.save_course(ctx, middle, name="进阶", first_ids=[basic], **place, **{**COURSE, "level": 2})
        with pytest.raises(Invalid, match="级别"):
            courses.save_course(ctx, basic, name="基础", first_ids=[middle], **place, **COURSE)
        with pytest.raises(Invalid, match="绕成了圈"):
            courses.save_course(ctx, basic, name="基础", first_ids=[middle], **place, **{**COURSE, "level": 2})
        assert session().scalar(select(func.count(Prerequisite.id))) == 1
    made = county.announced(middle)
    with county.acting("officer") as ctx, pytest.raises(Invalid, match="先修课程：基础"):
        enrolment.enrol_people(ctx, made, person_ids=[county.people["李秀兰"]])
    county.confirmed(basic, {"李秀兰": "present"}, on=TODAY)
    with county.acting("officer") as ctx:
        assert len(enrolment.enrol_people(ctx, made, person_ids=[county.people["李秀兰"]])) == 1


def test_sessions_that_cannot_be(county):
    course_id = county.course()
    new_year = dt.date(2027, 1, 2)
    for field, data in (
            ("on", {"on": TODAY - dt.timedelta(days=1)}), ("on", {"on": dt.date(2036, 1, 1)}), ("ends", {"ends": dt.time(9)}),
            ("ends_on", {"ends_on": LATER - dt.timedelta(days=1)}), ("ends_on", {"ends_on": dt.date(2027, 6, 1)}),
            ("ends_on", {"on": dt.date(2026, 12, 31), "ends_on": new_year}),
            ("ends", {"begins": dt.time(22), "ends": dt.time(1)}),
            ("enrol_until", {"enrol_until": LATER + dt.timedelta(days=1)}), ("trainer_id", {"trainer_id": 5})):
        with county.acting("officer") as ctx, pytest.raises(Invalid) as said:
            sessions.plan_session(ctx, org_id=county.orgs["东关社区"], course_id=course_id, **{**PLAN, **data})
        assert said.value.errors[field][0].endswith("。"), data
    for field, day in (("on", LATER), ("on", dt.date(1926, 5, 8))):
        with county.acting("officer") as ctx, pytest.raises(Invalid) as said:
            sessions.record_past(ctx, org_id=county.orgs["东关社区"], course_id=course_id, **{**PLAN, "on": day})
        assert field in said.value.errors


TEXT = st.one_of(st.text(max_size=30),
                 st.sampled_from(["", "0", "-1", "9" * 30, "2026-02-30", "25:61", "0.5天", "\x00", "<b>", "members"]))
FIELDS = {
    "/training/courses/new": ("name", "org_id", "subject", "form", "tenths", "level", "first_ids"),
    "/training/needs/new": ("year", "org_id", "source", "subject", "title", "audience", "head_count"),
    "/training/plan/new": ("year", "month", "org_id", "course_id", "audience", "times"),
    "/training/sessions/new": ("course_id", "org_id", "tenths", "on", "ends_on", "begins", "ends", "audience", "capacity",
                               "trainer_id"),
    "/training/sessions/past": ("course_id", "org_id", "on", "begins", "ends", "audience"),
}


@pytest.mark.parametrize("path", FIELDS)
def test_no_form_answers_with_a_fault(county, path):
    officer = county.browser("officer")
    officer.get("/training/")

    @settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.fixed_dictionaries({}, optional=dict.fromkeys(FIELDS[path], TEXT)))
    def answer(data):
        assert officer.post(path, data).status_code < 500
        assert officer.get(path, query_string={**data, "plan_item": data.get("org_id", "")}).status_code < 500

    answer()


def test_no_sheet_answers_with_a_fault(county):
    made = open_sheet(county)
    seat = seat_ids(county, made)["李秀兰"]
    path = f"/training/sessions/{made}/attendance"
    with county.on(LATER):
        officer = county.browser("officer")
        officer.get(path)

        @settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
        @given(st.fixed_dictionaries({}, optional={f"a-{seat}": st.sampled_from(["present", "partial", "absent", "x", ""]),
                                                   f"h-{seat}": TEXT, f"n-{seat}": TEXT, "version": TEXT, "h-5": TEXT}))
        def answer(data):
            assert officer.post(path, data).status_code in (303, 409, 422)

        answer()
