"""Who sees which item, in which order, and at what cost."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import event

from core.base import clock
from core.base.session import session
from core.contracts.errors import Conflict, NotFound
from core.work import inbox, services
from core.work.inbox import Counts, Narrowing, counts, for_actor, listed
from core.work.models import WorkItem

from .handling import items, move, register

DAY = dt.datetime(2026, 3, 1, 4, tzinfo=dt.UTC)


@pytest.fixture
def ctx(desk):
    with desk.open(), clock.at(DAY):
        yield desk.actor()


def sent(ctx, days_ago=0, **more):
    """A case waiting to be taken; it falls due ten days after it was sent."""
    with clock.at(DAY - dt.timedelta(days=days_ago)):
        record = register(ctx, **more)
        return move(ctx, record.id, "send")


def names(ctx, tab="mine", **by):
    return [i.subject for i in session().scalars(listed(ctx, tab, Narrowing(**by)))]


def test_an_item_is_seen_where_its_permission_is_held(desk, ctx):
    for name, path in (("for b", "b/"), ("for b2", "b/2/"), ("for c", "c/")):
        sent(ctx, name=name, taker_path=path)
    assert sorted(names(ctx)) == ["for b", "for b2", "for c"]
    assert sorted(names(desk.actor(2, "b/", "take"))) == ["for b", "for b2"]
    assert names(desk.actor(2, "b/2/", "take")) == ["for b2"]
    assert names(desk.actor(2, "b/", "send")) == []
    assert names(desk.actor(2, "b/").evolve(enabled=frozenset())) == []
    assert for_actor(desk.system()) == []


def test_the_most_pressing_comes_first_and_is_counted(ctx):
    register(ctx, name="no date")
    for name, days in (("fresh", 0), ("late", 12), ("soon", 8), ("today", 10)):
        sent(ctx, days, name=name)
    assert [i.subject for i in for_actor(ctx)] == ["late", "today", "soon", "fresh", "no date"]
    assert counts(ctx) == Counts(waiting=5, overdue=1, today=1, soon=1)
    assert {by: names(ctx, due=by) for by in ("overdue", "today", "soon")} == {
        "overdue": ["late"], "today": ["today"], "soon": ["soon"]}


def test_list_and_counts_cost_one_statement_each(desk, ctx):
    sent(ctx)
    sent_statements = []
    with desk.open():
        reader = desk.actor(2, "b/")
        inbox.soon()
        event.listen(desk.database.engine, "before_cursor_execute", lambda *a: sent_statements.append(a[2]))
        for_actor(reader), counts(reader)
    assert len(sent_statements) == 2, sent_statements


def test_narrowing_by_module_place_and_words(ctx):
    sent(ctx, name="alpha", taker_path="b/1/"), sent(ctx, name="50% beta", taker_path="c/")
    assert names(ctx, org_path="b/") == ["alpha"]
    assert names(ctx, text="0% b") == ["50% beta"]
    assert names(ctx, text="_") == []
    assert names(ctx, source="casework", declared="casework.case") == ["alpha", "50% beta"]
    assert names(ctx, source="other") == []


def test_what_i_started_and_what_i_finished(desk, ctx):
    record = sent(ctx, name="mine")
    taker = desk.actor(2, "b/")
    assert (names(ctx, "started"), names(taker, "started"), names(taker, "finished")) == (["mine"], [], [])
    move(taker, record.id, "take", data={"contact": "x"})
    assert (names(ctx, "started"), names(taker, "finished")) == ([], ["mine"])
    assert names(desk.actor(2, "b/", "take"), "finished") == []


def test_only_my_own_items_can_be_opened(desk, ctx):
    record = sent(ctx)
    (item,) = items(record.id)
    assert services.find_item(desk.actor(2, "b/"), item.id).id == item.id
    for stranger in (desk.actor(3, "c/"), desk.system()):
        with pytest.raises(NotFound):
            services.find_item(stranger, item.id)
    with pytest.raises(Conflict):
        services.settle(ctx, item.id)


def test_many_plain_steps_at_once_and_a_reason_why_not(ctx):
    plain, form = register(ctx, name="plain"), sent(ctx, name="form")
    ids = [i.id for r in (plain, form) for i in items(r.id)]
    made, failed = services.confirm_many(ctx, [*ids, ids[0], 99])
    assert (made, len(failed)) == (1, 3)
    assert "form" in failed[0]
    assert [i.step for i in items(plain.id)] == ["take"]


def test_any_workflow_step_goes_through_one_service(desk, ctx):
    record = sent(ctx)
    assert services.find_record(desk.actor(2, "b/", "take"), "casework.case", record.id)[1].id == record.id
    assert [t.step for t in services.find_history(ctx, "casework.case", record.id)[2]] == ["start", "send"]
    services.make_step(desk.actor(2, "b/"), "casework.case", record.id, "take", data={"contact": "x"}, version=record.version)
    for reader, name, number in ((desk.actor(3, "d/"), "casework.case", record.id), (ctx, "casework.case", 5), (ctx, "x.y", 5),
                                 (ctx.evolve(enabled=frozenset()), "casework.case", record.id)):
        with pytest.raises(NotFound):
            services.find_record(reader, name, number)
    with pytest.raises(NotFound):
        services.make_step(desk.system(), "casework.case", record.id, "fade")
    assert session().get(WorkItem, (ctx.tenant.id, items(record.id)[0].id)).step == "touch"
