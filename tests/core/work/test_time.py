"""What time does: steps by the clock, and reminders that come and go."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select

from core.audit.models import AuditEntry
from core.base import clock
from core.base.session import session
from core.contracts.errors import Forbidden
from core.work import jobs
from core.work.clockwork import make_timed_steps
from core.work.models import DONE
from core.work.rounds import make_round
from core.work.services import settle

from .casework.models import Case
from .casework.reminders import look_again
from .casework.workflows import case
from .handling import items, move, register, steps_taken


def on(day):
    return clock.at(dt.datetime.combine(dt.date.fromisoformat(day), dt.time(4), dt.UTC))


@pytest.fixture
def ctx(desk):
    with desk.open(), on("2026-03-01"):
        yield desk.actor()


def taken(ctx, since, **more):
    return register(ctx, state="taken", touched_on=dt.date.fromisoformat(since), **more)


def states():
    session().expire_all()
    return list(session().scalars(select(Case.state).order_by(Case.id)))


def test_time_moves_what_is_due_and_names_the_rule(ctx, desk):
    due, fresh, never = taken(ctx, "2026-01-31"), taken(ctx, "2026-02-01"), register(ctx, state="taken")
    with on("2026-04-30"):
        assert make_timed_steps(desk.system(), case, case.step("fade")) == 1
    assert states() == ["stale", "taken", "taken"]
    last = steps_taken(due.id)[-1]
    assert (last.actor_kind, last.actor_name, last.step, last.happened_on) == ("system", "system", "fade", dt.date(2026, 4, 30))
    assert (last.rule["key"], last.rule["value"], last.rule["source"]) == ("casework.touch_interval", 3, "测试规定第二条")
    assert session().get(Case, (ctx.tenant.id, due.id)).effects == 1
    fact = session().scalars(select(AuditEntry).where(AuditEntry.action == "work.time_step")).one()
    assert (fact.actor_kind, fact.subject_id) == ("system", due.id)
    assert [len(steps_taken(r.id)) for r in (fresh, never)] == [1, 1]


def test_time_works_through_many_in_chunks_and_once(ctx, desk, monkeypatch):
    monkeypatch.setattr("core.work.clockwork.CHUNK", 4)
    for _ in range(11):
        taken(ctx, "2025-01-01")
    assert make_timed_steps(desk.system(), case, case.step("fade")) == 11
    assert make_timed_steps(desk.system(), case, case.step("fade")) == 0
    assert set(states()) == {"stale"}


def test_nobody_plays_the_clock(ctx):
    with pytest.raises(Forbidden):
        make_timed_steps(ctx, case, case.step("fade"))
    with pytest.raises(Forbidden):
        make_round(ctx, look_again)


def test_the_daily_jobs_go_on_when_one_workflow_fails(ctx, desk, monkeypatch):
    taken(ctx, "2025-01-01")
    assert jobs.time_steps(desk.system(), None) == {"moved": {"casework.case.fade": 1}, "failed": []}
    monkeypatch.setattr("core.work.jobs.make_timed_steps", lambda *a: 1 / 0)
    assert jobs.time_steps(desk.system(), None)["failed"] == ["casework.case.fade"]
    assert jobs.reminders(desk.system().evolve(enabled=frozenset()), None) == {"opened_closed": {}, "failed": []}


def test_a_reminder_opens_ahead_once_and_closes_when_its_ground_is_gone(ctx, desk):
    record = taken(ctx, "2026-01-31", name="Li 13812345678")
    with on("2026-04-22"):
        assert make_round(desk.system(), look_again) == (0, 0)
    with on("2026-04-23"):
        assert make_round(desk.system(), look_again) == (1, 0)
        assert make_round(desk.system(), look_again) == (0, 0)
    (item,) = [i for i in items(record.id) if i.declared == look_again.name]
    assert (item.due_on, item.subject, item.permission) == (dt.date(2026, 4, 30), "Li 138****5678", "casework.case.write")
    assert item.rule["key"] == "casework.touch_interval"
    move(ctx, record.id, "report")
    with on("2026-04-24"):
        assert make_round(desk.system(), look_again) == (0, 1)
    session().refresh(item)
    assert (item.state, item.outcome) == (DONE, "gone")


def test_what_somebody_ticked_off_stays_off_until_the_next_date(ctx, desk):
    record = taken(ctx, "2025-11-01")
    assert make_round(desk.system(), look_again) == (1, 0)
    (item,) = [i for i in items(record.id) if i.declared == look_again.name]
    settle(ctx, item.id, note="called")
    assert make_round(desk.system(), look_again) == (0, 0)
    record.touched_on = dt.date(2025, 12, 1)
    session().commit()
    assert make_round(desk.system(), look_again) == (1, 0)


def test_a_reminder_whose_ground_is_there_again_comes_back_once(ctx, desk):
    record = taken(ctx, "2025-11-01")
    assert make_round(desk.system(), look_again) == (1, 0)
    for day, found in ((dt.date(2027, 1, 1), (0, 1)), (dt.date(2025, 11, 1), (1, 0)), (dt.date(2025, 11, 1), (0, 0))):
        record.touched_on = day                         # a mistyped date, then the right one again
        session().commit()
        assert make_round(desk.system(), look_again) == found
    (item,) = [i for i in items(record.id) if i.declared == look_again.name]
    assert (item.outcome, item.closed_at, item.assignee_id) == ("", None, None)
