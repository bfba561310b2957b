"""Who gets a seat and who keeps it: capacity, two rooms, giving back, making up, changes of what was announced."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select

from core.base.session import session
from core.contracts.errors import Conflict, Invalid
from core.people.services.membership import record_death, transfer
from plugins.training.models import ClassSession, Seat
from plugins.training.services import attendance, enrolment, sessions
from plugins.training.services.attendance import Mark

from .conftest import LATER, TODAY
from .test_refusals import PLAN, open_sheet, seat_ids


def places(county, session_id):
    with county.acting("all"):
        rows = session().execute(select(Seat.person_name, Seat.place).where(Seat.session_id == session_id))
        return dict(rows.all())


def enrol(county, session_id, *names, login="officer", day=TODAY):
    with county.acting(login, day) as ctx:
        return enrolment.enrol_people(ctx, session_id, person_ids=[county.people[name] for name in names])


def change(county, session_id, **data):
    with county.acting("officer") as ctx:
        sessions.update_session(ctx, session_id, **{**PLAN, **data})


def test_places_are_not_fewer_than_people(county):
    made = open_sheet(county, capacity=5)
    with pytest.raises(Invalid, match="已报名 2 人"):
        change(county, made, capacity=1)
    change(county, made, capacity=2)


def test_listing_everybody_leaves_out_who_is_elsewhere_and_who_cancelled(county):
    course = county.course()
    county.person("周学员")
    open_sheet(county, ("王小明",), course_id=course)
    made = county.announced(course, begins=dt.time(11), ends=dt.time(15))
    enrol(county, made, "周学员")
    with county.acting("officer") as ctx:
        enrolment.cancel(ctx, seat_ids(county, made)["周学员"])
        assert enrolment.enrol_all(ctx, made) == (1, 0)
    assert places(county, made) == {"周学员": "cancelled", "李秀兰": "enrolled"}
    enrol(county, made, "周学员")
    assert places(county, made)["周学员"] == "enrolled"


def test_too_many_for_one_class_are_not_listed(county, monkeypatch):
    monkeypatch.setattr(enrolment, "MOST", 1)
    made = county.announced(county.course())
    with county.acting("officer") as ctx, pytest.raises(Conflict, match="分期"):
        enrolment.enrol_all(ctx, made)


def test_a_seat_is_given_back_until_the_class_begins(county):
    """After the last day for enrolling too: somebody who waits moves up."""
    made = open_sheet(county, ("王小明", "李秀兰"), capacity=1, enrol_until=TODAY)
    seats = seat_ids(county, made)
    with county.acting("officer", LATER) as ctx:
        assert [row.person_name for row in enrolment.cancel(ctx, seats["王小明"])] == ["李秀兰"]
    with county.acting("officer", LATER + dt.timedelta(days=1)) as ctx, pytest.raises(Conflict, match="不能取消"):
        enrolment.cancel(ctx, seat_ids(county, made)["李秀兰"])


def test_who_teaches_elsewhere_at_that_hour_cannot_sit_here(county):
    course = county.course()
    teaching = county.announced(course, trainer_id=county.people["赵大海"])
    made = county.announced(course, begins=dt.time(10), ends=dt.time(15), org="城关街道")
    with pytest.raises(Invalid, match="授课"):
        enrol(county, made, "赵大海")
    with county.acting("officer", LATER) as ctx, pytest.raises(Invalid, match="授课"):
        attendance.add_walk_ins(ctx, made, person_ids=[county.people["赵大海"]])
    with pytest.raises(Invalid, match="授课"):
        county.plan(course, trainer_id=county.people["赵大海"], begins=dt.time(10), ends=dt.time(12))
    enrol(county, made, "王小明")
    with pytest.raises(Invalid, match="已报名"):
        change(county, teaching, trainer_id=county.people["王小明"])
    with pytest.raises(Invalid, match="已报名"):
        change(county, made, trainer_id=county.people["王小明"], begins=dt.time(18), ends=dt.time(19))


def test_who_is_no_longer_among_us_is_not_enrolled(county):
    made = county.announced(county.course(), org="城关街道")
    with county.acting("all") as ctx:
        record_death(ctx, county.people["赵大海"], effective_on=TODAY)
    with pytest.raises(Invalid, match="赵大海"):
        enrol(county, made, "赵大海")


def test_a_seat_ahead_follows_the_person(county):
    made = open_sheet(county, org="城关街道")
    with county.acting("all") as ctx:
        transfer(ctx, county.people["李秀兰"], org_id=county.orgs["西关支部"])
    county.world.run_jobs()
    with county.acting("there") as ctx:
        assert enrolment.cancel(ctx, seat_ids(county, made)["李秀兰"]) == []


def test_absent_people_are_made_up_for_once_and_all_have_a_place(county):
    held = county.held(county.course(), {"王小明": "excused", "李秀兰": "absent", "赵大海": "present"}, org="城关街道")
    county.step(held, "submit", day=LATER)
    day = {**PLAN, "on": dt.date(2026, 12, 11)}
    with county.acting("officer", LATER) as ctx:
        with pytest.raises(Invalid, match="2 人"):
            sessions.make_up(ctx, held, **day, capacity=1)
        sessions.make_up(ctx, held, **day)
        with pytest.raises(Invalid, match="已安排"):
            sessions.make_up(ctx, held, **day)


def test_who_should_come_follows_a_change_of_the_audience(county):
    made = county.announced(county.course())
    change(county, made, audience=["secretaries"])
    with county.acting("all") as ctx:
        assert ctx.get(ClassSession, made).expected == 1
    past = {**PLAN, "on": dt.date(2026, 3, 5)}
    with county.acting("officer") as ctx:
        assert sessions.record_past(ctx, org_id=county.orgs["东关社区"], course_id=county.course("二"), **past).expected == 2


def test_a_draft_is_seen_where_it_is_prepared(county):
    made = county.plan(county.course(), org="东关社区")
    for tail in ("", "/calendar.ics", "/sheet"):
        assert county.browser("there").get(f"/training/sessions/{made}{tail}").status_code == 404, tail
        assert county.browser("community").get(f"/training/sessions/{made}{tail}").status_code == 200, tail
    county.step(made, "call_off", reason="不办了")
    assert county.browser("there").get(f"/training/sessions/{made}").status_code == 404


def test_a_walk_in_may_have_been_there_for_a_part(county):
    made = open_sheet(county, ("王小明",))
    with county.on(LATER):
        officer = county.browser("officer")
        sent = {"person_ids": [county.people["李秀兰"]], "attendance": "partial"}
        assert officer.post(f"/training/sessions/{made}/walk-in", sent).status_code == 303
        assert "部分出席的请填实际学时" in officer.get(f"/training/sessions/{made}/attendance").get_data(as_text=True)
        assert officer.post(f"/training/sessions/{made}/walk-in", {**sent, "hours": "2"}).status_code == 303
    with county.acting("all"):
        row = session().scalars(select(Seat).where(Seat.person_id == county.people["李秀兰"])).one()
        assert (row.place, row.attendance, row.tenths) == ("walk_in", "partial", 20)


def test_a_walk_in_put_down_by_mistake_is_struck_out(county):
    made = open_sheet(county, ("王小明",))
    with county.acting("officer", LATER) as ctx:
        attendance.add_walk_ins(ctx, made, person_ids=[county.people["李秀兰"]])
        seats = seat_ids(county, made)
        attendance.strike(ctx, seats["李秀兰"])
        with pytest.raises(Conflict, match="现场补录"):
            attendance.strike(ctx, seats["王小明"])
    assert set(places(county, made)) == {"王小明"}


def test_the_page_strikes_out_too(county):
    made = open_sheet(county, ("王小明",))
    with county.on(LATER):
        officer = county.browser("officer")
        officer.post(f"/training/sessions/{made}/walk-in", {"person_ids": [county.people["李秀兰"]]})
        seat = seat_ids(county, made)["李秀兰"]
        assert f"/training/seats/{seat}/strike" in officer.get(f"/training/sessions/{made}/attendance").get_data(as_text=True)
        for login, status in (("there", 404), ("reader", 403), ("officer", 303)):
            assert county.browser(login).post(f"/training/seats/{seat}/strike").status_code == status, login
    assert set(places(county, made)) == {"王小明"}


def test_nothing_is_entered_before_the_hour(county):
    made = open_sheet(county, begins=dt.time(15), ends=dt.time(17))
    with county.acting("officer", LATER) as ctx, pytest.raises(Conflict, match="15:00 才开始"):
        attendance.mark(ctx, made, marks=[Mark(one, "present") for one in seat_ids(county, made).values()])
    with county.acting("officer", LATER) as ctx, pytest.raises(Invalid, match="应已结束"):
        sessions.record_past(ctx, org_id=county.orgs["东关社区"], course_id=county.course("二"), **PLAN)
