"""Steps: who may, what is demanded, what is left behind, and that only one of two wins."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
from sqlalchemy import func, select

from core.audit.log import verify
from core.audit.models import AuditEntry
from core.base import clock
from core.base.session import session
from core.contracts.errors import Conflict, Forbidden, Invalid, NotFound
from core.work import engine
from core.work.models import CANCELLED, DONE, FOR_REVIEW, OPEN, RETURNED

from .casework.workflows import case
from .handling import items, move, register, steps_taken


@pytest.fixture
def ctx(desk):
    with desk.open():
        yield desk.actor()


def test_a_new_record_enters_with_history_audit_and_an_item(ctx):
    record = register(ctx, name="first")
    (entered,) = steps_taken(record.id)
    (item,) = items(record.id)
    assert (entered.step, entered.from_state, entered.to_state, entered.actor_name) == ("start", "", "registered", "user 1")
    assert (entered.acting_role, entered.rule_pack != "", entered.late) == ("role ", True, False)
    assert (item.step, item.state, item.org_path, item.permission, item.due_on) == (
        "send", OPEN, "a/", "casework.case.send", None)
    fact = session().scalars(select(AuditEntry)).one()
    assert (fact.action, fact.kind, fact.subject_name) == ("casework.case.register", "casework.case", "first")
    assert verify().reason == ""


def test_a_step_settles_its_item_and_opens_the_next_where_it_is_to_be_made(ctx):
    record = register(ctx)
    with clock.at(dt.datetime(2026, 3, 1, 4, tzinfo=dt.UTC)):
        move(ctx, record.id, "send", version=record.version)
    done, waiting = items(record.id, waiting=False)
    assert (done.state, done.closed_by_id, done.outcome) == (DONE, 1, "send")
    assert (waiting.step, waiting.org_path, waiting.due_on) == ("take", "b/", dt.date(2026, 3, 11))
    assert waiting.rule == {"key": "casework.take_within", "value": 10, "unit": "days", "source": "测试规定第一条",
                            "document_no": ""}


def test_sending_back_shows_as_returned_and_review_as_for_review(ctx):
    record = register(ctx)
    move(ctx, record.id, "send")
    move(ctx, record.id, "refuse", reason="not ours")
    assert [(i.step, i.state) for i in items(record.id)] == [("send", RETURNED)]
    move(ctx, record.id, "send")
    move(ctx, record.id, "take", data={"contact": "Li"})
    move(ctx, record.id, "report")
    assert [(i.step, i.state) for i in items(record.id)] == [("approve", FOR_REVIEW)]
    assert {i.state for i in items(record.id, waiting=False)} == {DONE, CANCELLED, FOR_REVIEW}


def test_available_steps_follow_state_permission_and_place(desk, ctx):
    record = register(ctx)
    move(ctx, record.id, "send")
    assert [s.name for s in engine.available(ctx, case, record)] == ["take", "refuse"]
    assert engine.available(desk.actor(2, "a/"), case, record) == []
    assert [s.name for s in engine.available(desk.actor(3, "b/"), case, record)] == ["take", "refuse"]
    assert engine.available(desk.actor(3, "b/", "send"), case, record) == []


def test_refusals_name_what_is_wrong(desk, ctx):
    record = register(ctx, taker_path=None)
    with pytest.raises(Invalid, match="taker_path"):
        move(ctx, record.id, "send")
    with pytest.raises(Conflict, match="现在是"):
        move(ctx, record.id, "approve")
    with pytest.raises(NotFound):
        move(ctx, record.id, "fly")
    with pytest.raises(Forbidden):
        move(ctx, record.id, "fade")
    other = register(ctx)
    move(ctx, other.id, "send")
    with pytest.raises(Forbidden):
        move(desk.actor(2, "a/"), other.id, "take", data={"contact": "x"})
    with pytest.raises(Invalid) as refused:
        move(ctx, other.id, "refuse", reason="  ")
    assert list(refused.value.errors) == ["reason"]
    with pytest.raises(Invalid) as refused:
        move(ctx, other.id, "take", data={"contact": "x"}, happened_on=dt.date(2999, 1, 1))
    assert list(refused.value.errors) == ["happened_on"]
    assert [t.step for t in steps_taken(other.id)] == ["start", "send"]


def test_warnings_can_be_accepted_and_objections_cannot(ctx):
    odd, stuck = register(ctx, name="odd", state="reported"), register(ctx, name="stuck", state="reported")
    with pytest.raises(Invalid) as refused:
        move(ctx, odd.id, "approve")
    assert refused.value.errors == {"accept": ["it is odd"]}
    assert move(ctx, odd.id, "approve", accept=True).state == "closed"
    with pytest.raises(Invalid, match="it is stuck"):
        move(ctx, stuck.id, "approve", accept=True)


def test_what_was_filled_in_is_set_and_kept_without_personal_values(ctx):
    record = register(ctx)
    move(ctx, record.id, "send")
    move(ctx, record.id, "take", reason="call 13812345678",
         data={"contact": "Li 11010519491231002X", "touched_on": dt.date(2026, 1, 5), "id_no": "11010519491231002X"})
    last = steps_taken(record.id)[-1]
    assert (record.contact, record.touched_on) == ("Li 11010519491231002X", dt.date(2026, 1, 5))
    assert last.data == {"contact": "Li 110***********002X", "touched_on": "2026-01-05", "id_no": "***"}
    assert last.reason == "call 138****5678"


def test_an_entry_well_after_the_fact_is_called_late(ctx):
    record = register(ctx)
    move(ctx, record.id, "send", happened_on=ctx.today() - dt.timedelta(days=30))
    assert [t.late for t in steps_taken(record.id)] == [False, True]


def test_a_step_onto_its_own_state_renews_its_item(ctx):
    record = register(ctx, state="taken")
    (before,) = items(record.id)
    move(ctx, record.id, "touch", version=record.version)
    (after,) = items(record.id)
    assert before.step == after.step == "touch"
    assert (before.id != after.id, record.effects) == (True, 1)


def test_the_same_form_twice_counts_once(ctx):
    record = register(ctx, state="taken")
    seen = record.version
    move(ctx, record.id, "touch", version=seen)
    with pytest.raises(Conflict):
        move(ctx, record.id, "touch", version=seen)
    assert [t.step for t in steps_taken(record.id)] == ["start", "touch"]


def test_of_two_at_once_one_wins(desk):
    with desk.open():
        record = register(desk.actor(), state="taken")
    outcomes, gate = [], threading.Barrier(2)

    def press(number):
        with desk.open():
            gate.wait()
            try:
                move(desk.actor(number), record.id, "touch", version=record.version)
                outcomes.append("won")
            except Conflict:
                outcomes.append("lost")

    threads = [threading.Thread(target=press, args=(n,)) for n in (1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with desk.open():
        assert sorted(outcomes) == ["lost", "won"]
        assert len(steps_taken(record.id)) == 2
        assert session().scalar(select(func.count(AuditEntry.id))) == 2


def test_a_step_that_fails_leaves_nothing(ctx, monkeypatch):
    record = register(ctx, state="taken")
    monkeypatch.setattr("core.work.engine.leave_traces", lambda *a: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        move(ctx, record.id, "report")
    session().refresh(record)
    assert (record.state, len(steps_taken(record.id)), [i.step for i in items(record.id)]) == ("taken", 1, ["touch"])
