"""Reminders of what takes months: a long stay, a loss to confirm, suspension and removal to be considered by people."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select

from core.base.session import session
from core.work.models import WAITING, WorkItem
from core.work.rounds import make_round
from core.work.services import make_step
from plugins.liaison.models import MobileRecord
from plugins.liaison.services import contacts

from .test_deadlines import DECIDED, cared_for, lost, pass_time
from .test_flow import FLOW, register

SHORT = dt.date(2026, 10, 1)                 # a stay that is no mobile one yet
WEEK = dt.timedelta(days=7)


def opened(county, plugins, name, day) -> list[WorkItem]:
    """What one round of a reminder leaves open on a day."""
    with county.acting("all", day) as ctx:
        make_round(ctx, plugins.reminders[name])
        return list(session().scalars(select(WorkItem).where(WorkItem.declared == name, WorkItem.state.in_(WAITING))))


@pytest.mark.parametrize(("took_part", "due"), [
    (None, dt.date(2027, 4, 1)),
    (dt.date(2026, 1, 5), dt.date(2027, 4, 1)),              # long before leaving: the time counts from leaving
    (dt.date(2026, 11, 20), dt.date(2027, 5, 20)),           # came home for it: the time begins anew
])
def test_a_long_stay_counts_from_leaving_never_from_before(county, plugins, took_part, due):
    record_id = register(county, since=SHORT)
    with county.acting("all") as ctx:
        record = ctx.get(MobileRecord, record_id)
        assert record.state == "suspected"
        record.last_participation_on = took_part
        session().commit()
    assert opened(county, plugins, "liaison.long_away", due - dt.timedelta(days=16)) == []
    item, = opened(county, plugins, "liaison.long_away", due - dt.timedelta(days=15))
    assert (item.due_on, item.permission) == (due, "liaison.record.register")
    assert (item.rule["value"], item.rule["unit"]) == (6, "months")


def test_a_loss_waits_for_those_who_confirm_and_ends_with_a_contact(county, plugins):
    record_id, late = cared_for(county), dt.date(2027, 3, 1)
    pass_time(county, late)
    assert opened(county, plugins, "liaison.loss_to_confirm", dt.date(2027, 5, 22)) == []
    item, = opened(county, plugins, "liaison.loss_to_confirm", dt.date(2027, 5, 23))
    assert item.permission == "liaison.search.confirm" and item.record_id == record_id
    day = dt.date(2027, 6, 1)
    with county.acting("home", day) as ctx:
        contacts.log_contact(ctx, record_id, outcome="reached", means="phone", happened_on=day)
    assert opened(county, plugins, "liaison.loss_to_confirm", day) == []


def test_suspension_and_removal_are_put_before_people_in_their_time(county, plugins):
    _ctx, record_id = lost(county)                            # confirmed on 2027-05-24
    assert opened(county, plugins, "liaison.suspension_due", dt.date(2027, 11, 23)) == []
    item, = opened(county, plugins, "liaison.suspension_due", dt.date(2027, 11, 24))
    assert item.permission == "liaison.search.propose" and "由党组织决定" in str(plugins.reminders[item.declared].title)
    with county.acting("officer", dt.date(2027, 12, 1)) as ctx:
        make_step(ctx, FLOW, record_id, "suspend", data={**DECIDED, "happened_on": dt.date(2027, 12, 1)}, reason="失联")
    assert opened(county, plugins, "liaison.suspension_due", dt.date(2027, 12, 1)) == []
    assert opened(county, plugins, "liaison.removal_due", dt.date(2029, 11, 30)) == []
    item, = opened(county, plugins, "liaison.removal_due", dt.date(2029, 12, 1))
    assert item.permission == "liaison.decision.record" and item.due_on == dt.date(2029, 12, 1)
    with county.acting("all", dt.date(2029, 12, 1) + WEEK) as ctx:
        assert ctx.get(MobileRecord, record_id).state == "suspended"        # the software never decides
