"""What happens to records when the registry of people changes."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from core.base.session import session
from core.contracts.capabilities import MobileMembers
from core.contracts.errors import Invalid
from core.people.models import Archive
from core.people.services.membership import transfer_out
from core.people.services.merge import merge, take_out
from core.people.services.unmerge import undo_merge
from plugins.liaison.models import MobileRecord

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
