"""Jobs run in their tenant, retry, give up visibly, and never say what they were about."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select

from core.accounts.models import User
from core.base import clock
from core.base.session import begin_write, session
from core.jobs.models import DONE, FAILED, QUEUED, Job
from core.jobs.queue import enqueue, forget_finished, on_behalf_of
from core.jobs.running import pause_after
from core.tenancy.suspension import suspend

from .conftest import Desk


def test_runs_in_the_scope_of_its_own_tenant(desk: Desk) -> None:
    first, second = (desk.put(slug, "tenancy.note", payload={"n": 1}) for slug in ("east", "west"))
    assert desk.world.run_jobs() == 2
    assert {tenant for tenant, _payload in desk.seen} == {desk.world.tenants[slug].id for slug in ("east", "west")}
    done = desk.look("east", first)
    assert (done.status, done.result, done.progress) == (DONE, {"tenant": "east"}, 100)
    assert desk.look("west", second).result == {"tenant": "west"}


def test_failing_job_is_retried_then_given_up_with_its_place_and_no_personal_data(desk: Desk) -> None:
    job_id = desk.put("east", "tenancy.fail")
    desk.world.run_jobs()
    waiting = desk.look("east", job_id)
    assert (waiting.status, waiting.failures) == (QUEUED, 1) and waiting.run_at > clock.now()
    with clock.at(clock.now() + dt.timedelta(hours=1)):
        desk.world.run_jobs()
    failed = desk.look("east", job_id)
    assert (failed.status, failed.failures) == (FAILED, 2)
    assert "ValueError: cannot" in failed.error and "conftest.py" in failed.error
    assert "张" not in failed.error and "138" not in failed.error


def test_pauses_grow_and_end_at_an_hour() -> None:
    for failures, seconds in ((1, 4), (2, 16), (3, 64), (9, 3600)):
        found = [pause_after(failures).total_seconds() for _ in range(50)]
        assert seconds * 0.5 <= min(found) < max(found) <= seconds * 1.5


def test_nothing_is_queued_by_a_transaction_that_rolled_back(desk: Desk) -> None:
    with desk.world.inside("east"):
        begin_write()
        enqueue("tenancy.note")
        session().rollback()
    assert desk.world.run_jobs() == 0


def test_one_tenant_does_not_keep_the_others_waiting(desk: Desk) -> None:
    for _ in range(5):
        desk.put("east", "tenancy.note")
    desk.put("west", "tenancy.note")
    first = desk.runner.claim("one")
    second = desk.runner.claim("two")
    assert [first.tenant_id, second.tenant_id] == [desk.world.tenants[slug].id for slug in ("east", "west")]


def test_what_is_urgent_comes_first(desk: Desk) -> None:
    desk.put("east", "tenancy.note")
    urgent = desk.put("east", "tenancy.note", priority=5)
    assert desk.runner.claim("one").id == urgent


def test_jobs_of_a_suspended_tenant_wait_and_count_no_failure(desk: Desk) -> None:
    job_id = desk.put("east", "tenancy.note")
    with desk.world.database.use():
        suspend("east", "unpaid", by="test")
    assert desk.world.run_jobs() == 1 and desk.seen == []
    waiting = desk.look("east", job_id)
    assert (waiting.status, waiting.failures, waiting.crashes) == (QUEUED, 0, 0) and waiting.run_at > clock.now()


def stopped(desk: Desk, login: str) -> int:
    """The id of an account that was disabled."""
    user_id = desk.world.add_user("east", login)
    with desk.world.inside("east"):
        begin_write()
        session().scalars(select(User).where(User.id == user_id)).one().state = "disabled"
        session().commit()
    return user_id


@pytest.mark.parametrize("ended", ["account", "token"])
def test_jobs_of_whoever_is_gone_fail_for_good_and_say_why(desk: Desk, ended: str) -> None:
    actor_id = desk.world.add_user("east", "clerk") if ended == "token" else stopped(desk, "clerk")
    with on_behalf_of(1 if ended == "token" else None):                     # there is no such token any more
        job_id = desk.put("east", "tenancy.note", actor_id=actor_id)
    assert desk.world.run_jobs() == 1 and desk.seen == []
    failed = desk.look("east", job_id)
    assert (failed.status, failed.failures) == (FAILED, 1) and "the account or access token" in failed.error


def test_jobs_of_whoever_is_gone_wait_while_the_tenant_is_suspended(desk: Desk) -> None:
    job_id = desk.put("east", "tenancy.note", actor_id=stopped(desk, "leaver"))
    with desk.world.database.use():
        suspend("east", "unpaid", by="test")
    assert desk.world.run_jobs() == 1
    assert (desk.look("east", job_id).status, desk.look("east", job_id).failures) == (QUEUED, 0)


def test_what_happened_is_told_though_the_account_is_gone(desk: Desk) -> None:
    letter = {"event": "PersonMoved", "data": {}, "consumer": "off", "handler": "follow"}
    job_id = desk.put("east", "events.deliver", payload=letter, actor_id=stopped(desk, "leaver"))
    desk.world.run_jobs()
    done = desk.look("east", job_id)
    assert (done.status, done.result) == (DONE, {"parked": True})


def test_done_jobs_are_forgotten_after_a_month_and_dead_ones_after_half_a_year(desk: Desk) -> None:
    with desk.world.inside("east"):
        begin_write()
        for status in (DONE, FAILED):
            for days in (20, 40, 200):
                session().add(Job(name="tenancy.note", payload={}, status=status, run_at=clock.now(),
                                  finished_at=clock.now() - dt.timedelta(days=days)))
        session().add(Job(name="tenancy.note", payload={}, run_at=clock.now() - dt.timedelta(days=400)))
        session().commit()
        assert forget_finished() == 3
