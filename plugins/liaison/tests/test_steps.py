"""The steps between registering and regular contact, and that every declared step is tried."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from sqlalchemy import select

from core.base.session import session
from core.contracts.errors import Invalid
from core.people.models import Affiliation
from core.work.services import make_step
from plugins.liaison.models import MobileRecord
from plugins.liaison.workflows import mobile_record

from .conftest import TODAY
from .test_deadlines import pass_time
from .test_flow import FLOW, register

BY_TIME = {"fall_due", "fall_due_monthly", "fall_due_abroad"}          # tried by the clock in test_deadlines


def go(county, login, record_id, step, **more):
    with county.acting(login) as ctx:
        make_step(ctx, FLOW, record_id, step, **more)
        return ctx.get(MobileRecord, record_id)


def test_sent_back_notified_elsewhere_and_answered_by_letter(county):
    record_id = register(county)
    go(county, "home", record_id, "notify", data={"receiving_org_id": county.orgs["西关支部"]})
    with county.acting("home") as ctx, pytest.raises(Invalid, match="对方在系统中确认"):
        make_step(ctx, FLOW, record_id, "acknowledge", data={"reply_no": "1"})
    with county.acting("there") as ctx, pytest.raises(Invalid, match="理由"):
        make_step(ctx, FLOW, record_id, "refuse")
    assert go(county, "there", record_id, "refuse", reason="查无此人").state == "registered"
    with county.acting("home") as ctx, pytest.raises(Invalid, match="请选择或填写"):
        make_step(ctx, FLOW, record_id, "notify", data={})
    go(county, "home", record_id, "notify", data={"receiving_org_name": "深圳市某支部"})
    record = go(county, "home", record_id, "acknowledge", data={"reply_no": "深组函12", "happened_on": TODAY})
    assert (record.state, record.receiving_path, record.contact_from) == ("received", None, TODAY)
    assert go(county, "home", record_id, "begin", data={"means": "phone"}).state == "active"


def test_moving_on_ends_the_link_to_the_first_branch(county):
    record_id = register(county)
    go(county, "home", record_id, "notify", data={"receiving_org_id": county.orgs["西关支部"]})
    go(county, "there", record_id, "receive", data={"receiving_org_id": county.orgs["西关支部"], "contact_person": "钱委员"})
    with county.acting("there") as ctx, pytest.raises(Invalid, match="负责范围"):
        other = register(county, "李秀兰")
        with county.acting("home") as home:
            make_step(home, FLOW, other, "notify", data={"receiving_org_id": county.orgs["西关支部"]})
        make_step(ctx, FLOW, other, "receive", data={"receiving_org_id": county.orgs["东关二支部"], "contact_person": "x"})
    record = go(county, "home", record_id, "relocate", data={"region": "浙江杭州", "happened_on": TODAY})
    assert (record.state, record.region, record.receiving_path) == ("registered", "浙江省杭州市", None)
    with county.acting("all"):
        ended = session().scalars(select(Affiliation).where(Affiliation.kind == "inflow")).one()
        assert ended.ends_on == TODAY


def test_overdue_contact_is_made_up_by_the_step_too(county):
    record_id = register(county)
    go(county, "home", record_id, "keep", reason="流入地没有党组织")
    with county.acting("all") as ctx:
        record = ctx.get(MobileRecord, record_id)
        assert record.contact_from == TODAY and record.care_path == county.paths["东关一支部"]
    day = TODAY + dt.timedelta(days=100)
    pass_time(county, day)
    with county.acting("home", day) as ctx:
        make_step(ctx, FLOW, record_id, "reach", data={"means": "phone", "happened_on": day})
        assert ctx.get(MobileRecord, record_id).state == "active"


def test_every_step_is_tried_somewhere():
    written = "".join(path.read_text() for path in Path(__file__).parent.glob("test_*.py"))
    untried = {step.name for step in mobile_record.steps if f'"{step.name}"' not in written} - BY_TIME
    assert untried <= {"find"}            # made by logging a contact: test_found_again
