"""The way of a session from plan to hours, and back when something was wrong."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select

from core.base.session import session
from core.contracts.errors import Conflict, Forbidden, Invalid
from core.notify.models import Bulletin
from core.work.clockwork import make_timed_steps
from core.work.models import WAITING, WorkItem
from core.work.services import make_step
from plugins.training.models import Balance, ClassSession, HourEntry, Seat, Tally
from plugins.training.services import attendance, enrolment, sessions
from plugins.training.workflows import class_session

from .conftest import FLOW, LATER

ALL_CAME = {"王小明": "present", "李秀兰": "present"}


def balances(county, year=2026):
    with county.acting("all"):
        return {county_name(county, row.person_id): (row.role, row.due, row.got, row.missing, row.classes)
                for row in session().scalars(select(Balance).where(Balance.year == year))}


def county_name(county, person_id):
    return next(name for name, one in county.people.items() if one == person_id)


def test_duties_follow_roles(county):
    found = balances(county)
    assert found == {"王小明": ("secretary", 560, 0, 560, 0), "李秀兰": ("member", 320, 0, 320, 0),
                     "赵大海": ("member", 320, 0, 320, 0), "孙网格": ("community_worker", 400, 0, 400, 0)}


def test_from_plan_to_hours(county):
    session_id = county.confirmed(county.course(), {**ALL_CAME, "赵大海": "absent"}, org="城关街道")
    assert balances(county)["李秀兰"] == ("member", 320, 40, 280, 1)
    assert balances(county)["赵大海"][2] == 0
    with county.acting("all") as ctx:
        event = ctx.get(ClassSession, session_id)
        assert (event.state, event.number, event.confirmed_by) == ("hours_confirmed", "2026-00001", "second")
        sums = session().execute(select(Tally.role, Tally.people, Tally.covered, Tally.got, Tally.missing).where(
            Tally.org_id == county.orgs["东关一支部"]).order_by(Tally.role)).all()
        assert [tuple(row) for row in sums] == [("member", 1, 1, 40, 280), ("secretary", 1, 1, 40, 520)]
        hung = session().scalars(select(Bulletin)).one()
        assert hung.state == "published" and "王小明" not in hung.body
        assert event.expected == 3


def test_hours_are_confirmed_by_a_superior_who_is_somebody_else(county):
    session_id = county.held(county.course(), ALL_CAME)
    county.step(session_id, "submit", login="community", day=LATER)
    with county.acting("all"):
        item = session().scalars(select(WorkItem).where(WorkItem.step == "confirm", WorkItem.state.in_(WAITING))).one()
        assert item.org_path == county.paths["城关街道"] and item.due_on
    with county.acting("community", LATER) as ctx, pytest.raises(Forbidden):
        make_step(ctx, FLOW, session_id, "confirm")
    county.step(session_id, "send_back", login="street", day=LATER, reason="缺签字页")
    county.step(session_id, "submit", login="street", day=LATER)
    with county.acting("street", LATER) as ctx, pytest.raises(Invalid, match="另一位"):
        make_step(ctx, FLOW, session_id, "confirm")
    county.step(session_id, "confirm", login="officer", day=LATER)
    assert balances(county)["王小明"][2] == 40


def test_correction_only_by_reopening_with_a_reason(county):
    session_id = county.confirmed(county.course(), ALL_CAME)
    with county.acting("officer", LATER) as ctx:
        seat = session().scalars(select(Seat).where(Seat.person_id == county.people["李秀兰"])).one()
        with pytest.raises(Conflict, match="重新打开"):
            attendance.mark(ctx, session_id, marks=[attendance.Mark(seat.id, "absent")])
        with pytest.raises(Invalid, match="理由"):
            make_step(ctx, FLOW, session_id, "reopen")
        make_step(ctx, FLOW, session_id, "reopen", reason="李秀兰未到，错签")
        assert session().scalars(select(HourEntry)).all() == []
        attendance.mark(ctx, session_id, marks=[attendance.Mark(seat.id, "partial", 20)])
    assert balances(county)["李秀兰"][2:] == (0, 320, 0)
    county.step(session_id, "submit", day=LATER)
    county.step(session_id, "confirm", login="second", day=LATER)
    assert balances(county)["李秀兰"][2:] == (20, 300, 1) and balances(county)["王小明"][2] == 40


def test_absent_people_are_made_up_for(county):
    session_id = county.held(county.course(), {"王小明": "present", "李秀兰": "excused"})
    day = {"on": dt.date(2026, 12, 11), "begins": dt.time(9), "ends": dt.time(12), "audience": ["members"]}
    with county.acting("officer", LATER) as ctx, pytest.raises(Conflict, match="先上报"):
        sessions.make_up(ctx, session_id, **day)
    county.step(session_id, "submit", day=LATER)
    with county.acting("officer", LATER) as ctx:
        made = sessions.make_up(ctx, session_id, **day)
        assert (made.make_up_of_id, made.tenths) == (session_id, 40)
        on_it = session().scalars(select(Seat.person_name).where(Seat.session_id == made.id)).all()
        assert on_it == ["李秀兰"]


def test_time_closes_what_was_confirmed(county):
    session_id = county.confirmed(county.course(), ALL_CAME)
    with county.acting("all", dt.date(2027, 1, 4)) as ctx:
        assert make_timed_steps(ctx, class_session, class_session.step("close")) == 1
        assert ctx.get(ClassSession, session_id).state == "closed"
        assert session().scalars(select(HourEntry.year)).all() == [2026, 2026]


def test_more_places_let_those_who_wait_move_up(county):
    made = county.announced(county.course(), capacity=1)
    with county.acting("officer") as ctx:
        assert enrolment.enrol_all(ctx, made) == (1, 1)
        sessions.update_session(ctx, made, on=LATER, begins=dt.time(9), ends=dt.time(12), audience=["members"], capacity=2)
        assert set(session().scalars(select(Seat.place))) == {"enrolled"}
