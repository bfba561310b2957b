"""Two records of one person become one, and two again: nothing of either is lost, nothing is counted twice."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select

from core.base.session import session
from core.contracts.errors import Invalid
from core.people.models import Archive
from core.people.services.merge import merge, preview, take_out
from core.people.services.unmerge import undo_merge
from plugins.training.models import Certificate, HourEntry, Seat

from .conftest import LATER
from .test_flow import balances


def seats(county):
    with county.acting("all"):
        rows = session().scalars(select(Seat).order_by(Seat.id))
        return {row.person_id: (row.person_name, row.org_id, row.attendance, row.tenths) for row in rows}


def merged(county, kept, gone):
    with county.acting("all", LATER) as ctx:
        merge(ctx, county.people[kept], county.people[gone], reason="重复登记")


def taken_back(county):
    with county.acting("all", LATER) as ctx:
        undo_merge(ctx, session().scalars(select(Archive.id)).one(), reason="不是同一个人")


def test_a_seat_both_had_becomes_the_better_one_and_two_again(county):
    """The absence of one and the presence of the other are one presence; taken back, each has its own again."""
    county.confirmed(county.course(certificate=True), {"王小明": "absent", "李秀兰": "present"})
    before, sums = seats(county), balances(county)
    merged(county, "王小明", "李秀兰")
    kept = county.people["王小明"]
    assert seats(county) == {kept: ("王小明", county.orgs["东关一支部"], "present", 40)}
    assert balances(county)["王小明"][2] == 40
    taken_back(county)
    assert seats(county) == before and balances(county) == sums
    with county.acting("all"):
        owners = {model: set(session().scalars(select(model.person_id))) for model in (HourEntry, Certificate)}
        assert owners == dict.fromkeys(owners, {county.people["李秀兰"]})


def test_a_seat_of_one_goes_along_with_its_place_and_comes_back(county):
    county.confirmed(county.course(), {"李秀兰": "present", "赵大海": "present"}, org="城关街道")
    before, sums = seats(county), balances(county)
    merged(county, "王小明", "赵大海")
    assert seats(county)[county.people["王小明"]] == ("王小明", county.orgs["东关一支部"], "present", 40)
    taken_back(county)
    assert seats(county) == before and balances(county) == sums


def test_what_was_corrected_since_the_merge_is_kept(county):
    """Both were there and became one; then the sheet was confirmed anew. Taken back, each has the hours."""
    made = county.confirmed(county.course(), {"王小明": "present", "李秀兰": "present"})
    merged(county, "王小明", "李秀兰")
    county.step(made, "reopen", day=LATER, reason="核对")
    county.step(made, "submit", day=LATER)
    county.step(made, "confirm", login="second", day=LATER)
    taken_back(county)
    assert {one: found[2] for one, found in balances(county).items()} == {"王小明": 40, "李秀兰": 40, "赵大海": 0, "孙网格": 0}


def test_both_certificates_stay_valid_and_numbers_are_not_used_twice(county):
    county.confirmed(county.course(certificate=True), {"王小明": "present", "李秀兰": "present"})
    merged(county, "王小明", "李秀兰")
    county.confirmed(county.course("第二门", certificate=True), {"王小明": "present"}, begins=dt.time(7), ends=dt.time(9))
    with county.acting("all"):
        assert sorted(session().scalars(select(Certificate.number))) == ["202600001", "202600002", "202600003"]


def test_two_who_sat_in_one_room_may_be_two_people(county):
    county.confirmed(county.course(), {"王小明": "present", "李秀兰": "present"})
    with county.acting("all", LATER) as ctx:
        said = preview(ctx, county.people["王小明"], county.people["李秀兰"])[3]
    assert [one.blocking for one in said] == [False] and "都有签到" in str(said[0].text)


def test_a_trainer_is_not_simply_taken_out(county):
    county.announced(county.course(), trainer_id=county.people["赵大海"])
    with county.acting("all") as ctx, pytest.raises(Invalid, match="授课"):
        take_out(ctx, county.people["赵大海"], reason="录错")
