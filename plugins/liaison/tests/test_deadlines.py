"""What time does, and who must be asked before a membership is touched."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select

from core.base.session import session
from core.contracts.errors import Conflict, Forbidden, Invalid
from core.people.models import Person
from core.plugin import installed
from core.work.clockwork import make_timed_steps
from core.work.models import WAITING, WorkItem
from core.work.rounds import make_round
from core.work.services import make_step
from plugins.liaison.models import MobileRecord
from plugins.liaison.services import contacts, records
from plugins.liaison.workflows import mobile_record

from .conftest import TODAY
from .test_flow import FLOW, STAY, register

DECIDED = {"decided_by": "东关社区党委", "meeting_no": "2027-03", "approval_no": "临组〔2027〕8号"}


def cared_for(county, **data):
    """A record in regular contact since today; returns its id."""
    record_id = register(county, **data)
    with county.acting("home") as ctx:
        make_step(ctx, FLOW, record_id, "keep", reason="流入地没有党组织")
    return record_id


def pass_time(county, day):
    """The daily round of the steps of time, as the jobs make it."""
    with county.acting("all", day) as ctx:
        return sum(make_timed_steps(ctx, mobile_record, step) for step in mobile_record.timed())


def look(county, record_id, day=TODAY):
    with county.acting("all", day) as ctx:
        return ctx.get(MobileRecord, record_id).state


@pytest.mark.parametrize(("data", "last_day", "late"), [
    ({}, dt.date(2027, 2, 23), dt.date(2027, 2, 24)),
    ({"monthly": True}, dt.date(2026, 12, 23), dt.date(2026, 12, 24)),
    ({"abroad": True, "region": "日本"}, dt.date(2027, 5, 23), dt.date(2027, 5, 24)),
])
def test_contact_falls_due_by_the_interval_of_each(county, data, last_day, late):
    record_id = cared_for(county, **data)
    assert pass_time(county, last_day) == 0 and look(county, record_id, last_day) == "active"
    assert pass_time(county, late) == 1 and look(county, record_id, late) == "contact_overdue"
    with county.acting("home", late) as ctx:
        contacts.log_contact(ctx, record_id, outcome="no_answer", means="phone", happened_on=late)
        assert ctx.get(MobileRecord, record_id).state == "contact_overdue"
        contacts.log_contact(ctx, record_id, outcome="reached", means="phone", happened_on=late)
        assert ctx.get(MobileRecord, record_id).last_contact_on == late
    assert look(county, record_id, late) == "active"


def test_loss_is_confirmed_by_people_with_evidence(county):
    record_id, day = cared_for(county), dt.date(2027, 5, 24)
    pass_time(county, dt.date(2027, 3, 1))
    confirm = {"document_no": "组确〔2027〕1号"}
    with county.acting("home", day) as ctx, pytest.raises(Forbidden):
        make_step(ctx, FLOW, record_id, "confirm_lost", data=confirm)
    with county.acting("officer", dt.date(2027, 3, 2)) as ctx, pytest.raises(Invalid, match="不足"):
        make_step(ctx, FLOW, record_id, "confirm_lost", data=confirm)
    with county.acting("officer", day) as ctx, pytest.raises(Invalid, match="查找记录"):
        make_step(ctx, FLOW, record_id, "confirm_lost", data=confirm)
    with county.acting("home", day) as ctx:
        contacts.log_search(ctx, record_id, started_on=dt.date(2027, 4, 1), ended_on=day, means=["phone", "visit"],
                            asked="家属", evidence="电话停机，家属不知去向", meeting_no="2027-02")
    with county.acting("officer", day) as ctx:
        make_step(ctx, FLOW, record_id, "confirm_lost", data=confirm)
        assert ctx.get(Person, county.people["王小明"]).membership_state == "contact_lost"


def lost(county):
    test_loss_is_confirmed_by_people_with_evidence(county)
    with county.acting("all") as ctx:
        return ctx, session().scalars(select(MobileRecord.id)).one()


def test_found_again(county):
    _ctx, record_id = lost(county)
    day = dt.date(2027, 6, 1)
    with county.acting("home", day) as ctx:
        contacts.log_contact(ctx, record_id, outcome="reached", means="phone", happened_on=day)
    with county.acting("all", day) as ctx:
        record = ctx.get(MobileRecord, record_id)
        assert (record.state, record.lost_on, ctx.get(Person, record.person_id).membership_state) == ("active", None, "normal")


def test_suspension_and_removal_are_recorded_not_decided(county):
    _ctx, record_id = lost(county)
    early, day, later = dt.date(2027, 6, 1), dt.date(2027, 11, 24), dt.date(2029, 11, 24)
    with county.acting("community", day) as ctx, pytest.raises(Forbidden):
        make_step(ctx, FLOW, record_id, "suspend", data=DECIDED, reason="失联")
    with county.acting("officer", early) as ctx:
        with pytest.raises(Invalid, match="不足") as warned:
            make_step(ctx, FLOW, record_id, "suspend", data=DECIDED, reason="失联")
        assert list(warned.value.errors) == ["accept"]
    with county.acting("officer", day) as ctx:
        with pytest.raises(Invalid):
            make_step(ctx, FLOW, record_id, "suspend", data={**DECIDED, "meeting_no": ""}, reason="失联")
        make_step(ctx, FLOW, record_id, "suspend", data=DECIDED, reason="失联")
        assert ctx.get(Person, county.people["王小明"]).membership_state == "suspended"
    with county.acting("officer", later) as ctx:
        make_step(ctx, FLOW, record_id, "remove", data=DECIDED, reason="两年仍无法联系")
    with county.acting("all", later) as ctx:
        record = ctx.get(MobileRecord, record_id)
        assert (record.state, record.open_of) == ("removed", None)
        assert ctx.get(Person, record.person_id).membership_state == "removed"


def test_restored_after_suspension(county):
    _ctx, record_id = lost(county)
    with county.acting("officer", dt.date(2027, 11, 24)) as ctx:
        make_step(ctx, FLOW, record_id, "suspend", data=DECIDED, reason="失联")
        make_step(ctx, FLOW, record_id, "restore", data=DECIDED, reason="已联系上")
        assert ctx.get(MobileRecord, record_id).state == "active"
        assert ctx.get(Person, county.people["王小明"]).membership_state == "normal"


@pytest.mark.parametrize(("name", "day", "data"), [
    ("liaison.contact_due", dt.date(2027, 2, 10), {}),
    ("liaison.contact_due_monthly", dt.date(2026, 12, 10), {"monthly": True}),
    ("liaison.contact_due_abroad", dt.date(2027, 5, 10), {"abroad": True, "region": "日本"}),
    ("liaison.expected_back", dt.date(2027, 1, 2), {"expected_return": dt.date(2027, 1, 1)}),
    ("liaison.graduate_due", dt.date(2028, 1, 5), {"graduate": True}),
    ("liaison.review_due", dt.date(2026, 11, 23), {}),
    ("liaison.return_home", dt.date(2026, 12, 20), {}),
])
def test_reminders_open_once_and_close_with_their_ground(county, plugins, name, day, data):
    record_id = cared_for(county, **data)
    reminder = plugins.reminders[name]
    with county.acting("all", day) as ctx:
        assert make_round(ctx, reminder) == (1, 0) and make_round(ctx, reminder) == (0, 0)
    with county.acting("home", day) as ctx:
        make_step(ctx, FLOW, record_id, "close", reason="登记有误")
    with county.acting("all", day) as ctx:
        assert make_round(ctx, reminder) == (0, 1)
        assert session().scalars(select(WorkItem).where(WorkItem.state.in_(WAITING))).all() == []


def test_refusals(county):
    with county.acting("home") as ctx:
        for field, data in {
            "region": {"region": "深圳市南山区科技园路1号"}, "since": {"since": dt.date(2027, 1, 1)},
            "contact_person": {"contact_person": ""}, "why_not_transferred": {"transferable": False},
            "receiving_org_id": {"receiving_org_id": county.orgs["东关一支部"]},
            "expected_return": {"expected_return": dt.date(2025, 1, 1)},
        }.items():
            with pytest.raises(Invalid) as refused:
                records.register_outflow(ctx, person_id=county.people["王小明"], **{**STAY, **data})
            assert list(refused.value.errors) == [field]
        with pytest.raises(Invalid, match="原支部"):
            records.register_inflow(ctx, receiving_org_id=county.orgs["东关一支部"], home_org_name=" ", name="外地人", **STAY)
    first, second = register(county), register(county, "李秀兰")
    with county.acting("home") as ctx:
        with pytest.raises(Invalid, match="未结束"):
            records.register_outflow(ctx, person_id=county.people["王小明"], **STAY)
        with pytest.raises(Invalid, match="今天"):
            contacts.log_contact(ctx, first, outcome="reached", means="phone", happened_on=dt.date(2026, 12, 1))
        with pytest.raises(Invalid, match="组织关系还在原支部"):
            make_step(ctx, FLOW, first, "hand_over", data={"letter_no": "1"})
        contacts.write_review(ctx, first, year=2026, opinion="同意评定为合格")
        with pytest.raises(Conflict):
            contacts.write_review(ctx, first, year=2026, opinion="再写一次")
        assert contacts.log_contacts(ctx, [first, second], outcome="no_answer", means="phone") == 2
    assert look(county, second) == "registered" and installed()


def test_the_same_words_are_not_copied_to_many(county):
    ids = []
    for number in range(4):
        county.member(f"党员{number}")
        ids.append(register(county, f"党员{number}"))
    said = {"outcome": "reached", "means": "phone", "needs": "希望了解家乡招聘信息"}
    with county.acting("home") as ctx:
        with pytest.raises(Invalid, match="多人"):
            contacts.log_contacts(ctx, ids, **said)
        for one in ids[:2]:
            contacts.log_contact(ctx, one, **said)
        with pytest.raises(Invalid, match="已用于"):
            contacts.log_contact(ctx, ids[2], **said)
