"""What happens to records when the registry of people changes."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from core.base.session import session
from core.contracts.capabilities import MobileMembers
from core.contracts.errors import Invalid
from core.people.models import Archive
from core.people.services.membership import transfer_out
from core.people.services.merge import merge, take_out
from core.people.services.unmerge import undo_merge
from core.work.engine import history
from core.work.models import WAITING, WorkItem
from plugins.liaison.models import Gathering, GatheringAttendance, MobileRecord
from plugins.liaison.services import gatherings
from plugins.liaison.workflows import mobile_record

from .conftest import TODAY
from .test_flow import register


def test_merging_moves_the_record_and_taking_out_is_refused(county):
    record_id, double = register(county), county.member("王小明（重复）")
    with county.acting("all") as ctx:
        with pytest.raises(Invalid, match="合并"):
            take_out(ctx, county.people["王小明"], reason="录错")
        merge(ctx, double, county.people["王小明"], reason="重复登记")
        assert ctx.get(MobileRecord, record_id).person_id == double
        assert ctx.capability(MobileMembers).away([double, 1]) == {double}


def test_two_stays_of_a_merged_person_become_one(county):
    register(county)
    county.people["重复"] = county.member("王小明2")
    register(county, "重复")
    with county.acting("all") as ctx:
        merge(ctx, county.people["王小明"], county.people["重复"], reason="重复登记")
        rows = session().scalars(select(MobileRecord)).all()
        assert {r.person_id for r in rows} == {county.people["王小明"]}
        assert sorted(r.state for r in rows) == ["closed", "registered"]


def test_leaving_the_county_ends_the_stay_as_transferred(county):
    record_id = register(county)
    with county.acting("all") as ctx:
        transfer_out(ctx, county.people["王小明"], to_place="深圳市某支部")
    with county.on(TODAY):
        county.world.run_jobs()
    with county.acting("all") as ctx:
        record = ctx.get(MobileRecord, record_id)
        assert (record.state, record.open_of) == ("transferred", None)
        held = [c.value for c in ctx.collect("personal_data", person_id=record.person_id)]
        assert any("流动党员登记" in str(one.title) for one in held)


def test_a_merge_taken_back_gives_everybody_the_own_record_again(county):
    record_id, double = register(county), county.member("王小明（重复）")
    with county.acting("all") as ctx:
        merge(ctx, double, county.people["王小明"], reason="看错了")
        undo_merge(ctx, session().scalars(select(Archive.id)).one(), reason="是两个人")
        record = ctx.get(MobileRecord, record_id)
        assert (record.person_id, record.open_of) == (county.people["王小明"], county.people["王小明"])
        assert ctx.capability(MobileMembers).away([double, county.people["王小明"]]) == {county.people["王小明"]}


def there_and_back(county, meanwhile=lambda: None):
    """王小明 takes in 李秀兰, and the merge is taken back."""
    with county.acting("all") as ctx:
        merge(ctx, county.people["王小明"], county.people["李秀兰"], reason="看错了")
    meanwhile()
    with county.acting("all") as ctx:
        undo_merge(ctx, session().scalars(select(Archive.id)).one(), reason="是两个人")


def sheet(county):
    with county.acting("all"):
        rows = session().scalars(select(GatheringAttendance))
        return {row.person_id: (row.id, row.present, row.record_id, row.note) for row in rows}


def gathered(county, *names):
    """A gathering on whose sheet both stand, those named as present."""
    for name in ("王小明", "李秀兰"):
        register(county, name)
    return called(county, *names)


def called(county, *names):
    with county.acting("all") as ctx:
        gathering = gatherings.save_gathering(ctx, org_id=county.orgs["东关一支部"], title="返乡教育", on=TODAY, minutes=60)
        gatherings.tick(ctx, gathering.id, present=[county.people[name] for name in names])
        return gathering.id


@pytest.mark.parametrize("names", [("王小明",), ("李秀兰",), ("王小明", "李秀兰"), ()])
def test_a_merge_taken_back_leaves_each_the_own_attendance(county, names):
    gathered(county, *names)
    before = sheet(county)
    there_and_back(county)
    assert sheet(county) == before and len(before) == 2


def test_a_sheet_confirmed_meanwhile_lists_nobody_for_missing_it(county):
    gathering_id = gathered(county, "李秀兰")
    before = sheet(county)

    def confirm():
        with county.acting("all") as ctx:
            gatherings.confirm_gathering(ctx, gathering_id)

    there_and_back(county, confirm)
    gone = county.people["李秀兰"]
    assert sheet(county) == {gone: before[gone]}


def test_a_gathering_that_did_not_take_place_is_struck_also_after_a_merge(county):
    gathering_id, path = gathered(county, "王小明", "李秀兰"), "/liaison/gatherings/{}"
    confirmed = called(county, "李秀兰")
    with county.acting("all") as ctx:
        gatherings.confirm_gathering(ctx, confirmed)

    def cancel():
        browser = county.browser("admin")
        page = browser.get(path.format(gathering_id))
        version = re.search(r'name="version" value="(\d+)"', page.text)[1]
        stale = browser.post(path.format(gathering_id) + "/cancel", {"version": int(version) - 1})
        assert "取消活动" in page.text and stale.status_code == 409
        assert browser.post(path.format(gathering_id) + "/cancel", {"version": version}).status_code == 303
        assert browser.post(path.format(gathering_id) + "/cancel", {"version": version}).status_code == 404
        assert browser.post(path.format(confirmed) + "/cancel").status_code == 409
        assert "取消活动" not in browser.get(path.format(confirmed)).text

    there_and_back(county, cancel)
    with county.acting("all"):
        assert session().scalars(select(Gathering.id)).all() == [confirmed]
        assert set(session().scalars(select(GatheringAttendance.gathering_id))) == {confirmed}


def test_a_merge_taken_back_opens_the_stay_it_had_ended(county):
    records = [register(county, name) for name in ("王小明", "李秀兰")]
    there_and_back(county)
    with county.acting("all") as ctx:
        ids = [county.people[name] for name in ("王小明", "李秀兰")]
        rows = [ctx.get(MobileRecord, record_id) for record_id in records]
        assert [(row.person_id, row.open_of, row.state, row.ended_on) for row in rows] == [
            (one, one, "registered", None) for one in ids]
        assert ctx.capability(MobileMembers).away(ids) == set(ids)
        steps = [(one.step, one.to_state) for one in history(ctx, mobile_record, rows[1])]
        assert steps == [("start", "registered"), ("close", "closed"), ("start", "registered")]
        waiting = select(WorkItem.step).where(WorkItem.record_id == rows[1].id, WorkItem.state.in_(WAITING))
        assert list(session().scalars(waiting)) == ["notify"]
