"""Corners of a record's life: who sees it, which dates count, what waits for it and for how long."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select

from core.base.session import session
from core.contracts.errors import Invalid, NotFound
from core.people.services.merge import merge
from core.work.models import WAITING, WorkItem
from core.work.rounds import make_round
from core.work.services import find_record, make_step
from plugins.liaison import conditions as when
from plugins.liaison.models import GatheringAttendance, MobileRecord
from plugins.liaison.reminders import return_home_day
from plugins.liaison.services import contacts, gatherings, records

from .conftest import TODAY
from .test_deadlines import DECIDED, cared_for, lost, pass_time
from .test_flow import FLOW, STAY, register


def opened(county, plugins, name, day) -> int:
    """How many items of a reminder wait after its round of the day."""
    with county.acting("all", day) as ctx:
        make_round(ctx, plugins.reminders[name])
        wanted = select(WorkItem.id).where(WorkItem.declared == name, WorkItem.state.in_(WAITING))
        return len(session().scalars(wanted).all())


def arrived(county) -> int:
    """A member from elsewhere, taken in since January."""
    with county.acting("home") as ctx:
        return records.register_inflow(ctx, receiving_org_id=county.orgs["东关一支部"], home_org_name="外地支部", name="外来党员",
                                       since=STAY["since"], reason="work").id


# -- who looks after the member, and who sees the record
def test_a_member_kept_by_the_home_branch_is_nobody_elses(county):
    record_id = register(county, receiving_org_id=county.orgs["西关支部"])
    with county.acting("home") as ctx:
        make_step(ctx, FLOW, record_id, "keep", reason="对方暂无党组织", happened_on=dt.date(2026, 11, 1))
    with county.acting("all") as ctx:
        record = ctx.get(MobileRecord, record_id)
        assert (record.care_path, record.receiving_path) == (county.paths["东关一支部"], None)
        assert record.contact_from == dt.date(2026, 11, 1)


def test_the_other_side_sees_the_record_once_it_is_told(county):
    record_id = register(county, receiving_org_id=county.orgs["西关支部"])
    with county.acting("there") as ctx, pytest.raises(NotFound):
        find_record(ctx, FLOW, record_id)
    with county.acting("home") as ctx:
        make_step(ctx, FLOW, record_id, "notify", data={"receiving_org_id": county.orgs["西关支部"]})
    with county.acting("there") as ctx:
        assert find_record(ctx, FLOW, record_id)[1].id == record_id


def test_a_stay_nobody_was_told_of_is_no_arrival_of_the_whole_county_either(county):
    record_id = register(county, receiving_org_id=county.orgs["西关支部"])
    officer, there = county.browser("officer"), county.browser("there")
    assert not any("王小明" in one.get("/ledgers/liaison.inflow/").text for one in (officer, there))
    with county.acting("home") as ctx:
        make_step(ctx, FLOW, record_id, "notify", data={"receiving_org_id": county.orgs["西关支部"]})
    assert all("王小明" in one.get("/ledgers/liaison.inflow/").text for one in (officer, there))


def test_a_sheet_does_not_drop_what_it_says_of_an_open_record(county, plugins):
    register(county)
    kind = plugins.import_kinds["liaison.outflow"]
    row = {"name": "王小明", "branch": "东关一支部", "since": dt.date(2026, 1, 1), "reason": "work", "region": "深圳",
           "contact_person": "孙书记", "returned_on": dt.date(2026, 11, 1)}
    with county.acting("all") as ctx:
        names = kind.prepare(ctx, [row])
        assert list(kind.check(ctx, row, names)) == ["returned_on"]
        assert list(kind.check(ctx, {**row, "returned_on": None, "receiving": "东关一支部"}, names)) == ["receiving"]


def test_who_sends_a_member_back_sees_no_more_of_the_record(county):
    record_id = register(county)
    with county.acting("home") as ctx:
        make_step(ctx, FLOW, record_id, "notify", data={"receiving_org_id": county.orgs["西关支部"]})
    there = county.browser("there")
    assert there.get(f"/liaison/records/{record_id}").status_code == 200
    sent = there.post(f"/work/step/{FLOW}/{record_id}/refuse", {"reason": "查无此人"})
    assert sent.status_code == 303 and there.client.get(sent.location).status_code == 200          # the inbox, no missing page
    assert there.get(f"/liaison/records/{record_id}").status_code == 404
    assert "王小明" not in there.get("/ledgers/liaison.inflow/").text
    with county.acting("there") as ctx, pytest.raises(NotFound):
        find_record(ctx, FLOW, record_id)
    with county.acting("all") as ctx:
        assert ctx.get(MobileRecord, record_id).state == "registered"


def test_a_guest_who_leaves_ends_here_and_is_no_returner(county):
    record_id = arrived(county)
    with county.acting("home") as ctx:
        with pytest.raises(Invalid, match="流入党员离开本地"):
            make_step(ctx, FLOW, record_id, "relocate", data={"region": "深圳"})
        make_step(ctx, FLOW, record_id, "give_back", data={"happened_on": TODAY})
    home = county.browser("home")
    assert "外来党员" not in home.get("/ledgers/liaison.returned/").text
    assert "外来党员" in home.get("/ledgers/liaison.inflow/").text


# -- dates
def test_an_old_search_proves_no_new_loss(county):
    _ctx, record_id = lost(county)                               # searched in April and May 2027
    found, later = dt.date(2027, 6, 1), dt.date(2027, 12, 2)
    with county.acting("home", found) as ctx:
        contacts.log_contact(ctx, record_id, outcome="reached", means="phone", happened_on=found)
    pass_time(county, dt.date(2027, 9, 2))
    with county.acting("officer", later) as ctx, pytest.raises(Invalid, match="查找记录"):
        make_step(ctx, FLOW, record_id, "confirm_lost", data={"document_no": "2"})


def test_decisions_are_not_dated_before_their_ground(county):
    record_id, day = cared_for(county), dt.date(2027, 5, 24)
    searched = {"ended_on": day, "means": ["phone"], "asked": "家属", "evidence": "停机"}
    pass_time(county, dt.date(2027, 3, 1))
    with county.acting("home", day) as ctx:
        with pytest.raises(Invalid, match="早于流出时间"):
            contacts.log_search(ctx, record_id, started_on=dt.date(2020, 1, 1), **searched)
        contacts.log_search(ctx, record_id, started_on=dt.date(2027, 4, 1), **searched)
    with county.acting("officer", day) as ctx:
        with pytest.raises(Invalid, match="不足"):
            make_step(ctx, FLOW, record_id, "confirm_lost", data={"document_no": "1", "happened_on": dt.date(2027, 1, 1)})
        make_step(ctx, FLOW, record_id, "confirm_lost", data={"document_no": "1"})
    with county.acting("officer", dt.date(2027, 12, 24)) as ctx:
        make_step(ctx, FLOW, record_id, "suspend", data={**DECIDED, "happened_on": dt.date(2027, 12, 1)}, reason="失联")
        for step in ("restore", "remove"):
            with pytest.raises(Invalid, match="不能早于 2027-12-01"):
                early = {**DECIDED, "happened_on": dt.date(2027, 11, 1)}
                make_step(ctx, FLOW, record_id, step, data=early, reason="x", accept=True)


def test_the_day_filled_in_is_the_day_the_record_ends(county):
    record_id = register(county)
    with county.acting("home") as ctx:
        make_step(ctx, FLOW, record_id, "close", reason="登记有误", happened_on=dt.date(2026, 10, 1))
    with county.acting("all") as ctx:
        assert ctx.get(MobileRecord, record_id).ended_on == dt.date(2026, 10, 1)


@pytest.mark.parametrize("day", [dt.date(2027, 2, 27), dt.date(2027, 2, 28), dt.date(2027, 3, 1), dt.date(2027, 3, 2)])
def test_ledger_and_record_agree_at_the_end_of_february(county, day):
    record_id = cared_for(county)
    with county.acting("all") as ctx:
        ctx.get(MobileRecord, record_id).contact_from = dt.date(2026, 11, 30)
        session().commit()
    with county.acting("all", day) as ctx:
        listed = session().scalars(select(MobileRecord.id).where(when.overdue(ctx))).all()
        assert bool(listed) == (when.next_contact(ctx.get(MobileRecord, record_id)) < day) == (day > dt.date(2027, 2, 28))


# -- reminders
def test_a_review_not_written_is_still_owed_after_the_year_ends(county, plugins):
    record_id, late = cared_for(county), dt.date(2027, 1, 2)
    assert opened(county, plugins, "liaison.review_due", dt.date(2026, 12, 31)) == 1
    assert opened(county, plugins, "liaison.review_due", late) == 1
    with county.acting("home", late) as ctx:
        contacts.write_review(ctx, record_id, year=2026, opinion="合格")
    assert opened(county, plugins, "liaison.review_due", late) == 0
    assert opened(county, plugins, "liaison.review_due", dt.date(2027, 11, 2)) == 1


def test_a_record_entered_later_owes_nothing_for_the_year_before(county, plugins):
    cared_for(county)
    with county.acting("all") as ctx:
        session().scalars(select(MobileRecord)).one().created_at = ctx.now().replace(year=2027, month=2)
        session().commit()
    assert opened(county, plugins, "liaison.review_due", dt.date(2027, 3, 1)) == 0


def test_a_reminder_comes_back_when_a_date_is_put_back(county, plugins):
    record_id, back = cared_for(county, expected_return=dt.date(2026, 11, 1)), dt.date(2026, 11, 1)
    for day, waiting in ((back, 1), (dt.date(2027, 3, 1), 0), (back, 1)):
        with county.acting("home") as ctx:
            records.update_record(ctx, record_id, **{**STAY, "expected_return": day})
        assert opened(county, plugins, "liaison.expected_back", TODAY) == waiting, day


@pytest.mark.parametrize(("value", "today", "day"), [
    ("01-15", "2026-11-23", "2027-01-15"), ("01-15", "2027-03-10", "2027-01-15"), ("01-15", "2027-04-01", "2028-01-15"),
    ("12-20", "2027-01-05", "2026-12-20"),                     # the season goes on over the year's end
])
def test_the_season_of_return_home_education(county, monkeypatch, value, today, day):
    found = type("Found", (), {"value": value})
    monkeypatch.setattr("plugins.liaison.reminders.rule", lambda _key: found)
    assert return_home_day(dt.date.fromisoformat(today)) == dt.date.fromisoformat(day)


# -- one person registered twice
def test_what_waits_for_a_record_ends_with_the_merge(county):
    county.people["双"] = county.member("王小明2")
    register(county)
    gone = register(county, "双")
    with county.acting("all") as ctx:
        merge(ctx, county.people["王小明"], county.people["双"], reason="重复登记")
        left = session().scalars(select(WorkItem).where(WorkItem.record_id == gone, WorkItem.state.in_(WAITING))).all()
        assert ctx.get(MobileRecord, gone).state == "closed" and left == []


def test_who_was_ticked_under_either_name_was_there(county):
    double = county.member("王小明二")
    with county.acting("all") as ctx:
        event = gatherings.save_gathering(ctx, org_id=county.orgs["东关社区"], title="返乡教育", on=TODAY, minutes=60)
        gatherings.paste_names(ctx, event.id, names="王小明二、王小明")
        gatherings.tick(ctx, event.id, present=[double])
        merge(ctx, county.people["王小明"], double, reason="重复登记")
        row = session().scalars(select(GatheringAttendance)).one()
        assert (row.person_id, row.present) == (county.people["王小明"], True)


def test_names_set_wide_on_a_sheet_are_read(county):
    county.member("王明")
    with county.acting("community") as ctx:
        event = gatherings.save_gathering(ctx, org_id=county.orgs["东关社区"], title="返乡教育", on=TODAY, minutes=60)
        found = gatherings.paste_names(ctx, event.id, names="王　明、李秀兰 王小明\n没有此人")
        assert (found.added, found.unknown, found.several) == (3, ("没有此人",), ())
