"""From an event to a receiver: what is sent, what is tried again, and what stops."""

from __future__ import annotations

import base64
import datetime as dt
import hmac
import json

import pytest
from sqlalchemy import delete, select, update

from core.base import clock
from core.base.session import begin_write, session
from core.contracts.errors import Conflict, Invalid
from core.contracts.events import CommitmentDelivered, LearningHoursEarned
from core.jobs.models import DONE, PARKED, QUEUED, Job
from core.notify.models import Notice
from core.service import service
from core.tenancy.lifecycle import enable_plugin
from core.tenancy.suspension import make_read_only, resume, suspend
from core.webhooks import deliveries, services, transport
from core.webhooks.guard import Policy, use_policy
from core.webhooks.keeping import tidy_up
from core.webhooks.models import ACTIVE, DELIVERED, FAILED, HELD, PAUSED, STOPPED, WAITING, Webhook, WebhookSecret

from .conftest import KIND, tell


def signed_with(secret: str, headers: dict[str, str], body: bytes) -> list[bool]:
    """For each signature, whether it is the secret's; computed as the specification says."""
    content = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    key = base64.b64decode(secret.removeprefix("whsec_"))
    wanted = "v1," + base64.b64encode(hmac.new(key, content, "sha256").digest()).decode()
    return [one == wanted for one in headers["webhook-signature"].split(" ")]


def jobs(desk) -> list[str]:
    with desk.world.inside("east"):
        return sorted(session().scalars(select(Job.status).where(Job.name == "webhooks.deliver")))


def test_an_event_arrives_signed_with_its_own_facts_only(desk):
    desk.tell(5, 6)
    desk.world.run_jobs()
    assert sorted(json.loads(body)["data"]["org_id"] for _headers, body in desk.receiver.arrived) == [5, 6]
    headers, body = desk.receiver.arrived[0]
    said = json.loads(body)
    assert said.keys() == {"type", "timestamp", "data"} and said["type"] == KIND and said["timestamp"].endswith("Z")
    assert said["data"].keys() == {"org_id", "parent_id"}
    assert headers["host"] == f"hooks.example.cn:{desk.receiver.port}" and headers[":path"] == "/in?unit=east"
    assert headers["content-type"].startswith("application/json") and signed_with(desk.secret, headers, body) == [True]
    assert abs(int(headers["webhook-timestamp"]) - clock.now().timestamp()) < 60
    rows = desk.rows()
    assert {row.state for row in rows} == {DELIVERED} and {f"msg_{row.id}" for row in rows} == set(desk.receiver.ids())
    assert [(row.status, row.error, row.attempts, len(row.tries)) for row in rows] == [(204, "", 1, 1)] * 2


def test_texts_of_an_event_stay_in_the_house(desk):
    @service(None, action="test.say")
    def say(ctx):
        ctx.publish(LearningHoursEarned(person_id=1, on="2026-11-01", minutes=60, title="张三家访", source="test", source_id=2),
                    CommitmentDelivered(unit_org_id=1, org_id=2, on="2026-11-01", title="李四家的水管", kind="x", source="t",
                                        source_id=3))

    with desk.world.inside("east") as ctx:
        services.update_hook(ctx, desk.hook_id, kinds=["liaison.hours.earned", "pairing.commitment.delivered"])
        say(ctx)
    assert [sorted(row.data) for row in desk.rows()] == [
        ["minutes", "on", "person_id", "source", "source_id"], ["on", "org_id", "source", "source_id", "unit_org_id"]]


def test_nothing_is_written_for_what_nobody_asked_for_or_was_rolled_back(desk):
    @service(None, action="test.fail")
    def fail(ctx):
        tell(ctx, 1)
        raise Conflict()

    with desk.world.inside("east") as ctx, pytest.raises(Conflict):
        fail(ctx)
    desk.tell(1, slug="west")
    assert desk.rows() == [] and desk.rows("west") == []


def test_a_failure_is_tried_again_under_the_same_id_and_rests_the_address_when_it_is_away(desk, monkeypatch):
    desk.receiver.status = 503
    desk.tell(1, 2)
    desk.world.run_jobs()
    assert len(desk.receiver.arrived) == 1, "the second one waits while the address rests"
    assert jobs(desk) == [QUEUED, QUEUED] and {row.state for row in desk.rows()} == {WAITING}
    desk.receiver.status = 200
    later = clock.now() + dt.timedelta(minutes=5)
    with clock.at(later):
        desk.world.run_jobs()
    assert jobs(desk) == [DONE, DONE] and {row.state for row in desk.rows()} == {DELIVERED}
    assert len(desk.receiver.arrived) == 3 and len(set(desk.receiver.ids())) == 2
    tried = next(row for row in desk.rows() if row.attempts == 2)
    assert [(one["status"], one["error"]) for one in tried.tries] == [(503, "status"), (200, "")]
    assert desk.hook().failures == 0 and desk.hook().version == 1, "what deliveries note is no change by people"


def test_one_refused_event_does_not_hold_up_the_others(desk):
    desk.receiver.status = 400
    desk.tell(1, 2)
    desk.world.run_jobs()
    assert len(desk.receiver.arrived) == 2 and desk.hook().rest_until is None


def test_it_is_given_up_in_the_end_without_a_dead_letter(desk):
    desk.receiver.status = 400
    desk.tell(1)
    [row], start = desk.rows(), clock.now()
    for hours, state in ((100, WAITING), (171, WAITING), (174, FAILED)):
        with clock.at(start + dt.timedelta(hours=hours)):
            desk.attempt(row.id)
            assert desk.rows()[0].state == state, "it is tried for 72 hours from the first attempt on"
    with clock.at(start + dt.timedelta(hours=175)):
        desk.world.run_jobs()
    assert jobs(desk) == [DONE] and len(desk.receiver.arrived) == 3


def test_after_days_of_failures_it_is_paused_and_the_admins_are_told_and_nothing_is_lost(desk):
    desk.receiver.status, start = 500, clock.now()
    for hours, state in ((0, ACTIVE), (40, ACTIVE), (50, STOPPED)):
        with clock.at(start + dt.timedelta(hours=hours)):
            desk.tell(hours)
            desk.attempt(desk.rows()[-1].id)
            assert desk.hook().state == state
            failed_often(desk, 19)
    with desk.world.inside("east"):
        told = session().scalars(select(Notice.title).where(Notice.source == "webhooks")).all()
    assert told == ["事件推送“sync”连续失败，已自动暂停；事件会留着，恢复后补发。"]
    desk.receiver.status = 200
    with clock.at(start + dt.timedelta(hours=61)):
        desk.tell(99)
        desk.world.run_jobs()
        assert len(desk.receiver.arrived) == 3 and {row.state for row in desk.rows()} == {HELD}
        desk.act(services.resume_hook)
        desk.world.run_jobs()
    assert {row.state for row in desk.rows()} == {DELIVERED} and desk.hook().failures == 0


def failed_often(desk, failures: int) -> None:
    """So many attempts in a row have failed."""
    with desk.world.inside("east"):
        begin_write()
        session().execute(update(Webhook).where(Webhook.id == desk.hook_id).values(failures=failures))
        session().commit()


def test_an_address_that_says_it_is_gone_is_paused_at_once(desk):
    desk.receiver.status = 410
    desk.tell(1)
    desk.world.run_jobs()
    assert (desk.hook().state, desk.hook().reason, desk.rows()[0].state) == (STOPPED, "gone", HELD)


def test_while_paused_events_are_kept_and_a_test_goes_through(desk):
    desk.act(services.pause_hook)
    with pytest.raises(Conflict):
        desk.act(services.pause_hook)
    desk.tell(1)
    desk.act(services.ping)
    desk.world.run_jobs()
    assert [json.loads(body)["type"] for _headers, body in desk.receiver.arrived] == ["webhooks.ping"]
    assert desk.act(services.resume_hook) == 1
    desk.world.run_jobs()
    assert len(desk.receiver.arrived) == 2 and {row.state for row in desk.rows()} == {DELIVERED}


def test_both_secrets_sign_for_a_day_after_an_exchange(desk):
    _hook, new = desk.act(services.exchange_secret)
    desk.act(services.ping)
    desk.world.run_jobs()
    headers, body = desk.receiver.arrived[-1]
    assert signed_with(new, headers, body) == [True, False] and signed_with(desk.secret, headers, body) == [False, True]
    with clock.at(clock.now() + dt.timedelta(hours=25)):
        desk.act(services.ping)
        desk.world.run_jobs()
        with desk.world.inside("east") as ctx:
            tidy_up(ctx)
        assert desk.act(services.old_secret_until) is None
    assert signed_with(new, *desk.receiver.arrived[-1]) == [True]


def test_exchanged_twice_the_receiver_still_knows_a_secret(desk):
    """The answer to the first exchange was lost: the receiver was never told that secret."""
    desk.act(services.exchange_secret)
    with pytest.raises(Conflict):
        desk.act(services.exchange_secret, version=1)
    for _time in range(2):
        _hook, newest = desk.act(services.exchange_secret)
    desk.act(services.ping)
    desk.world.run_jobs()
    for known in (desk.secret, newest):
        assert sum(signed_with(known, *desk.receiver.arrived[-1])) == 1
    for _time in range(3):
        desk.act(services.exchange_secret)
    with desk.world.inside("east"):
        assert len(session().scalars(select(WebhookSecret)).all()) == 4


def test_replay_sends_the_same_id_again(desk):
    desk.tell(1)
    desk.world.run_jobs()
    [row] = desk.rows()
    desk.act(deliveries.replay, row.id)
    with pytest.raises(Conflict):
        desk.act(deliveries.replay, row.id)
    desk.world.run_jobs()
    again = desk.rows()[0]
    assert desk.receiver.ids() == [f"msg_{row.id}"] * 2 and (again.attempts, len(again.tries)) == (1, 2)


def test_all_that_failed_since_a_moment_is_replayed(desk):
    desk.receiver.status = 404
    early = clock.now() - dt.timedelta(hours=100)
    for moment, number in ((early, 1), (early + dt.timedelta(hours=2), 2)):
        with clock.at(moment):
            desk.tell(number)
    for moment in (early, early + dt.timedelta(hours=74)):
        for hours, row in enumerate(desk.rows(), 3):
            with clock.at(moment + dt.timedelta(hours=2 * hours)):
                desk.attempt(row.id)
    assert {row.state for row in desk.rows()} == {FAILED}
    desk.receiver.status, desk.receiver.arrived[:] = 200, []
    assert desk.act(deliveries.replay_failed, since=early + dt.timedelta(hours=1)) == 1
    desk.world.run_jobs()
    assert [json.loads(body)["data"]["org_id"] for _headers, body in desk.receiver.arrived] == [2]
    assert [row.state for row in desk.rows()] == [FAILED, DELIVERED]


def test_events_of_a_module_that_was_switched_off_wait_for_it(desk):
    desk.earn_and_switch_off()
    assert desk.receiver.arrived == [] and jobs(desk) == [DONE, PARKED]
    with desk.world.inside("east") as ctx:
        services.update_hook(ctx, desk.hook_id, name="keeps what was chosen")
        enable_plugin(ctx, "liaison")
    desk.world.run_jobs()
    assert len(desk.receiver.arrived) == 1 and desk.rows()[0].state == DELIVERED


def test_nothing_leaves_a_tenant_that_takes_no_work(desk):
    desk.tell(1)
    with desk.world.database.use():
        for hours, stop in ((0, suspend), (2, make_read_only)):
            stop("east", "test", by="test")
            with clock.at(clock.now() + dt.timedelta(hours=hours)):
                desk.world.run_jobs()
            assert desk.receiver.arrived == []
            resume("east", by="test")
    with clock.at(clock.now() + dt.timedelta(hours=4)):
        desk.world.run_jobs()
    assert len(desk.receiver.arrived) == 1


def test_an_operator_may_stop_all_of_them(desk):
    desk.tell(1)
    use_policy(Policy(on=False))
    desk.world.run_jobs()
    assert desk.receiver.arrived == [] and jobs(desk) == [QUEUED]


def test_without_a_secret_here_nothing_goes_out_before_somebody_made_one_and_resumed(desk):
    """How a webhook arrives in an archive: the table of secrets stays behind."""
    with desk.world.inside("east"):
        begin_write()
        session().execute(delete(WebhookSecret))
        session().commit()
    desk.tell(1)
    desk.world.run_jobs()
    assert desk.receiver.arrived == [] and desk.rows()[0].state == HELD
    with pytest.raises(Invalid):
        desk.act(services.ping)
    _hook, secret = desk.act(services.exchange_secret)
    assert desk.hook().state == PAUSED
    assert desk.act(services.resume_hook) == 1 and desk.hook().state == ACTIVE
    desk.world.run_jobs()
    assert signed_with(secret, *desk.receiver.arrived[0]) == [True]


def test_old_deliveries_are_dropped(desk):
    desk.tell(1)
    with clock.at(clock.now() + dt.timedelta(days=31)), desk.world.inside("east") as ctx:
        assert tidy_up(ctx) == {"dropped": 1, "requeued": 0}
    assert transport.TOTAL == 10
