"""The whole way of a member who is away, on both sides."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select

from core.base.session import session
from core.contracts.errors import Forbidden, Invalid, NotFound
from core.people.models import Affiliation, Person
from core.work.services import find_record, make_step
from plugins.liaison.models import ContactLog, MobileRecord
from plugins.liaison.services import contacts, records

from .conftest import TODAY

FLOW = "liaison.mobile_record"
STAY = {"since": dt.date(2026, 1, 10), "reason": "work", "region": "广东深圳", "contact_person": "孙书记"}


def state(county, record_id):
    with county.acting("all") as ctx:
        return ctx.get(MobileRecord, record_id).state


def register(county, name="王小明", login="home", **data):
    with county.acting(login) as ctx:
        return records.register_outflow(ctx, person_id=county.people[name], **{**STAY, **data}).id


def test_from_home_to_receiving_and_back(county):
    record_id = register(county)
    with county.acting("home") as ctx:
        assert ctx.get(MobileRecord, record_id).region == "广东省深圳市"
        make_step(ctx, FLOW, record_id, "notify", data={"receiving_org_id": county.orgs["西关社区"]})
    with county.acting("there") as ctx, pytest.raises(NotFound):
        find_record(ctx, FLOW, record_id)          # told was the community above this branch
    with county.acting("officer") as ctx:
        make_step(ctx, FLOW, record_id, "receive", data={
            "receiving_org_id": county.orgs["西关支部"], "contact_person": "钱委员", "happened_on": TODAY})
    with county.acting("there") as ctx:
        record = session().scalars(select(MobileRecord)).all()
        assert [r.id for r in record] == [record_id]
        contacts.log_contact(ctx, record_id, outcome="reached", means="phone", needs="想了解医保转移", happened_on=TODAY)
    assert state(county, record_id) == "active"
    with county.acting("all") as ctx:
        kinds = {(a.kind, a.ends_on) for a in session().scalars(select(Affiliation).where(
            Affiliation.person_id == county.people["王小明"]))}
        assert kinds == {("formal", None), ("outflow", None), ("inflow", None)}
        assert ctx.get(Person, county.people["王小明"]).guest_path == county.paths["西关支部"]
    with county.acting("home") as ctx:
        make_step(ctx, FLOW, record_id, "give_back", data={"happened_on": TODAY, "returned_note": "春节返乡"})
    with county.acting("all") as ctx:
        record = ctx.get(MobileRecord, record_id)
        assert (record.state, record.open_of, record.ended_on) == ("returned", None, TODAY)
        assert ctx.get(Person, record.person_id).guest_path is None
        still = select(Affiliation).where(Affiliation.kind != "formal", Affiliation.ends_on.is_(None))
        assert session().scalars(still).all() == []


def test_other_branch_sees_and_does_nothing(county):
    record_id = register(county)
    with county.acting("other") as ctx:
        assert session().scalars(select(ContactLog)).all() == []
        for call in (lambda: find_record(ctx, FLOW, record_id), lambda: make_step(ctx, FLOW, record_id, "notify", data={}),
                     lambda: contacts.log_contact(ctx, record_id, outcome="reached", means="phone"),
                     lambda: records.update_record(ctx, record_id, **STAY)):
            with pytest.raises((NotFound, Forbidden)):
                call()
        with pytest.raises((NotFound, Forbidden)):
            records.register_outflow(ctx, person_id=county.people["李秀兰"], **STAY)


def test_short_stay_is_only_suspected(county):
    record_id = register(county, since=dt.date(2026, 10, 1), region="", contact_person="")
    assert state(county, record_id) == "suspected"
    with county.acting("home") as ctx:
        with pytest.raises(Invalid, match="联系人"):
            make_step(ctx, FLOW, record_id, "register", data={"since": STAY["since"], "reason_code": "work", "region": "深圳"})
        make_step(ctx, FLOW, record_id, "register", data={
            "since": STAY["since"], "reason_code": "business", "region": "深圳", "contact_person": "孙书记"})
        record = ctx.get(MobileRecord, record_id)
        assert (record.state, record.reason, record.region) == ("registered", "business", "广东省深圳市")
