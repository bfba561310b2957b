"""Two at the same moment, each in a thread of its own: nobody gets a seat that was the last, nobody's sheet is overwritten."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
from sqlalchemy import func, select

from core.base.session import session
from core.contracts.errors import Conflict, JuheliError
from plugins.training.models import ClassSession, Seat
from plugins.training.services import attendance, enrolment
from plugins.training.services.attendance import Mark

from .conftest import LATER, settled_county
from .test_flow import balances
from .test_refusals import seat_ids

TWO_HALVES = (dt.time(8), dt.time(10)), (dt.time(10), dt.time(12))


@pytest.fixture(params=["sqlite_world", "pg_world"])
def county(request, tmp_path_factory):
    yield from settled_county(request.getfixturevalue(request.param))


def together(*calls):
    """Every call in its own thread, started at one moment; what they raised."""
    gate, raised = threading.Barrier(len(calls)), []

    def run(call):
        gate.wait()
        try:
            call()
        except JuheliError as refused:
            raised.append(refused)

    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return raised


def enrol(county, made, name):
    def call():
        with county.acting("officer") as ctx:
            enrolment.enrol_people(ctx, made, person_ids=[county.people[name]])
    return call


def places(county, made):
    with county.acting("all"):
        rows = session().execute(select(Seat.place, func.count(Seat.id)).where(Seat.session_id == made).group_by(Seat.place))
        return dict(rows.all())


def test_the_last_seat_is_given_once(county):
    made = county.announced(county.course(), capacity=1)
    assert together(*(enrol(county, made, name) for name in ("王小明", "李秀兰", "赵大海"))) == []
    assert places(county, made) == {"enrolled": 1, "waiting": 2}


def test_the_same_person_twice_is_one_seat(county):
    made = county.announced(county.course(), capacity=5)
    refused = together(*[enrol(county, made, "李秀兰")] * 3)
    assert len(refused) == 2 and places(county, made) == {"enrolled": 1}


def test_a_seat_given_back_while_another_asks_is_given_once(county):
    made = county.announced(county.course(), capacity=1)
    enrol(county, made, "王小明")()
    enrol(county, made, "李秀兰")()
    seat_id = seat_ids(county, made)["王小明"]

    def leave():
        with county.acting("officer") as ctx:
            enrolment.cancel(ctx, seat_id)

    assert together(leave, enrol(county, made, "赵大海")) == []
    assert places(county, made) == {"enrolled": 1, "waiting": 1, "cancelled": 1}
    with county.acting("all"):
        first = session().scalars(select(Seat.person_name).where(Seat.place == "enrolled")).one()
    assert first == "李秀兰", "who waited longest moves up"


def test_two_sessions_confirmed_at_once_add_up(county):
    """Their sums concern the same people and organisations: neither overwrites the other's, neither waits for ever."""
    course = county.course(certificate=True)
    made = [county.held(course, {"王小明": "present", "李秀兰": "present"}, begins=begins, ends=ends)
            for begins, ends in TWO_HALVES]
    for one in made:
        county.step(one, "submit", day=LATER)
    assert together(*(lambda one=one: county.step(one, "confirm", login="second", day=LATER) for one in made)) == []
    assert balances(county)["李秀兰"][2:] == (80, 240, 2)


def test_a_sheet_somebody_wrote_on_meanwhile_is_not_overwritten(county):
    made = county.announced(county.course())
    with county.acting("officer") as ctx:
        enrolment.enrol_all(ctx, made)
    county.step(made, "hold", day=LATER)
    with county.acting("officer", LATER) as ctx:
        version = ctx.get(ClassSession, made).version
        first, second = seat_ids(county, made).values()
    with county.acting("officer", LATER) as ctx:
        attendance.mark(ctx, made, marks=[Mark(first, "present"), Mark(second, "absent")], version=version)
    with county.acting("second", LATER) as ctx, pytest.raises(Conflict):
        attendance.mark(ctx, made, marks=[Mark(first, "absent"), Mark(second, "absent")], version=version)
