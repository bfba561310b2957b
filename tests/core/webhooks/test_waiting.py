"""Deliveries that wait for long, lose their job or are put aside by mistake: none is given up untried, none is forgotten."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import delete, select, update

from core.base import clock
from core.base.session import begin_write, session
from core.contracts.errors import Conflict
from core.jobs.models import QUEUED, Job
from core.jobs.queue import Later
from core.tenancy.lifecycle import enable_plugin
from core.webhooks import deliveries, sending, services
from core.webhooks.guard import Policy, use_policy
from core.webhooks.keeping import tidy_up
from core.webhooks.models import DELIVERED, HELD, WAITING, Delivery, Webhook

from .conftest import Desk

DAYS = dt.timedelta(days=5)


def changed(desk: Desk, statement) -> None:
    with desk.world.inside("east"):
        begin_write()
        session().execute(statement.execution_options(synchronize_session=False))
        session().commit()


def tidied(desk: Desk) -> dict[str, int]:
    with desk.world.inside("east") as ctx:
        return tidy_up(ctx)


def test_what_nobody_could_try_for_days_is_sent_in_the_end_and_has_its_full_time(desk, network):
    """Nothing went out of this installation for five days."""
    desk.tell(1)
    use_policy(Policy(on=False))
    desk.world.run_jobs()
    with clock.at(clock.now() + DAYS):
        assert tidied(desk) == {"dropped": 0, "requeued": 0}
        use_policy(network)
        desk.receiver.status = 400
        desk.world.run_jobs()
        assert [row.state for row in desk.rows()] == [WAITING], "the first attempt is not the last"
        desk.receiver.status = 200
        with clock.at(clock.now() + dt.timedelta(minutes=5)):
            desk.world.run_jobs()
    assert [row.state for row in desk.rows()] == [DELIVERED]


def test_what_is_parked_for_a_module_waits_for_it_for_days(desk):
    desk.earn_and_switch_off()
    changed(desk, update(Delivery).values(attempts=1))      # it had been tried before
    with clock.at(clock.now() + DAYS):
        assert tidied(desk)["requeued"] == 0
        with desk.world.inside("east") as ctx:
            enable_plugin(ctx, "liaison")
        desk.receiver.status = 400
        desk.world.run_jobs()
    assert [(row.state, row.attempts) for row in desk.rows()] == [(WAITING, 1)]


def test_a_delivery_whose_job_was_lost_is_queued_again(desk):
    desk.tell(1)
    changed(desk, delete(Job))
    assert tidied(desk)["requeued"] == 0, "not within the day"
    with clock.at(clock.now() + DAYS):
        assert tidied(desk)["requeued"] == 1 and tidied(desk)["requeued"] == 0
        desk.world.run_jobs()
    assert [row.state for row in desk.rows()] == [DELIVERED]


def test_a_delivery_whose_job_was_lost_can_be_sent_again_by_hand(desk):
    desk.tell(1)
    [row] = desk.rows()
    with pytest.raises(Conflict):
        desk.act(deliveries.replay, row.id)
    changed(desk, delete(Job))
    desk.attempt_again()
    assert [row.state for row in desk.rows()] == [DELIVERED]


def test_a_webhook_that_is_resumed_meanwhile_holds_nothing(desk, monkeypatch):
    desk.tell(1)
    [row] = desk.rows()
    changed(desk, update(Webhook).values(state="paused"))
    hold = sending._hold

    def resumed_first(ctx, row):
        changed(desk, update(Webhook).values(state="active"))
        return hold(ctx, row)

    monkeypatch.setattr(sending, "_hold", resumed_first)
    with desk.world.inside("east") as ctx, pytest.raises(Later):
        sending.deliver(ctx, row.id)
    assert [row.state for row in desk.rows()] == [WAITING]


def test_what_a_webhook_at_work_holds_by_mistake_is_queued_again(desk):
    desk.tell(1)
    desk.world.run_jobs()
    changed(desk, update(Delivery).values(state=HELD))
    assert tidied(desk)["requeued"] == 1
    desk.world.run_jobs()
    assert len(desk.receiver.arrived) == 2 and [row.state for row in desk.rows()] == [DELIVERED]
    desk.act(services.pause_hook)
    desk.tell(2)
    assert tidied(desk)["requeued"] == 0


def test_a_postponed_job_forgets_its_failures(desk):
    """Three days of retries with one lost connection a day are no dead letter."""
    desk.receiver.status = 503
    desk.tell(1)
    changed(desk, update(Job).where(Job.name == "webhooks.deliver").values(failures=3, crashes=2))
    desk.world.run_jobs()
    with desk.world.inside("east"):
        found = session().execute(select(Job.status, Job.failures, Job.crashes).where(Job.name == "webhooks.deliver")).all()
    assert [tuple(row) for row in found] == [(QUEUED, 0, 0)]


def test_after_some_refusals_in_a_row_the_address_rests_whatever_they_were(desk):
    desk.receiver.status = 500
    desk.tell(*range(6))
    desk.world.run_jobs()
    assert len(desk.receiver.arrived) == 3 and desk.hook().rest_until is not None
