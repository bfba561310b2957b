"""One delivery of a webhook at a time; what rests is woken; a receiver says itself when to come again. On both databases
(`--engine=postgres`).
"""

from __future__ import annotations

import datetime as dt
import threading
import time
from email.utils import format_datetime

import pytest
from sqlalchemy import select

from core.base import clock
from core.base.session import session
from core.jobs.models import QUEUED, Job
from core.webhooks import deliveries, services
from core.webhooks.models import DELIVERED, WAITING

from .conftest import Desk, Names

SECOND, MINUTE, HOUR = dt.timedelta(seconds=1), dt.timedelta(minutes=1), dt.timedelta(hours=1)


def run_at(desk: Desk) -> list[dt.datetime]:
    with desk.world.inside("east"):
        return list(session().scalars(select(Job.run_at).where(Job.name == "webhooks.deliver", Job.status == QUEUED)))


def workers(desk: Desk, count: int) -> list[threading.Thread]:
    runner = desk.world.app.extensions["juheli.runner"]

    def work(name: str) -> None:
        while runner.run_one(name):
            pass

    started = [threading.Thread(target=work, args=(f"w{n}",)) for n in range(count)]
    for thread in started:
        thread.start()
    return started


def test_a_slow_receiver_takes_one_worker_and_other_webhooks_go_on(desk: Desk, names: Names) -> None:
    names.answers["quick.example.cn"] = [["127.0.0.2"]]
    with_other, _secret = desk.make(name="other", url="https://quick.example.cn/in")
    desk.tell(1, 2, 3)
    desk.receiver.hold.clear()
    started = workers(desk, 3)
    assert desk.receiver.came.wait(10)
    time.sleep(0.3)
    assert len(desk.receiver.arrived) == 1, "the next one waits for the first"
    with desk.world.inside("east"):
        tried = {row.hook_id for row in desk.rows() if row.attempts}
    assert tried == {with_other}, "nobody answers there, and it was tried meanwhile"
    desk.receiver.hold.set()
    for thread in started:
        thread.join()
    desk.world.run_jobs()
    assert len(desk.receiver.ids()) == len(set(desk.receiver.ids())) == 3


def test_two_workers_at_once_deliver_nothing_twice(desk: Desk) -> None:
    desk.tell(*range(12))
    for thread in workers(desk, 2):
        thread.join()
    desk.world.run_jobs()
    assert sorted(desk.receiver.ids()) == sorted(f"msg_{row.id}" for row in desk.rows())
    assert {row.state for row in desk.rows()} == {DELIVERED}


@pytest.mark.parametrize("how", ["it answers again", "resumed", "another address", "tested", "sent by hand"])
def test_what_rests_is_woken(desk: Desk, how: str) -> None:
    desk.receiver.status = 503
    desk.tell(1, 2, 3)
    for hours in (0, 1, 3, 6):
        with clock.at(clock.now() + hours * HOUR):
            desk.world.run_jobs()
    assert len(desk.receiver.arrived) == 4 and {row.state for row in desk.rows()} == {WAITING}
    until = desk.hook().rest_until
    assert min(run_at(desk)) >= until > clock.now() + 6 * HOUR + MINUTE, "all rest, and with them the address"
    desk.receiver.status = 200
    with clock.at(until + SECOND if how == "it answers again" else until - MINUTE):
        waken(desk, how)
        desk.world.run_jobs()
        assert {row.state for row in desk.rows()} == {DELIVERED}


def waken(desk: Desk, how: str) -> None:
    if how == "resumed":
        desk.act(services.pause_hook)
        desk.act(services.resume_hook)
    elif how == "another address":
        desk.act(services.update_hook, url=desk.receiver.url + "&new=1")
    elif how == "tested":
        desk.act(services.ping)
    elif how == "sent by hand":
        desk.act(deliveries.replay, desk.rows()[-1].id)


@pytest.mark.parametrize("said", ["120", "date"])
def test_a_receiver_says_when_to_come_again(desk: Desk, said: str) -> None:
    now = clock.now().replace(microsecond=0)
    with clock.at(now):
        at = "120" if said == "120" else format_datetime(now + 2 * MINUTE, usegmt=True)
        desk.receiver.status, desk.receiver.headers = 429, {"Retry-After": at}
        desk.tell(1, 2)
        desk.world.run_jobs()
        assert all(now + 2 * MINUTE <= at <= now + 3 * MINUTE for at in run_at(desk))
    for seconds, arrived in ((100, 1), (181, 2)):
        with clock.at(now + seconds * SECOND):
            desk.world.run_jobs()
            assert len(desk.receiver.arrived) == arrived


@pytest.mark.parametrize(("said", "longest"), [("9999999999", 25 * HOUR), ("soon", MINUTE), ("-5", MINUTE), ("0", MINUTE),
                                              ("Mon, 99 Feb 2026 10:00:00 GMT", MINUTE), ("1e9", MINUTE)])
def test_nonsense_in_retry_after_is_no_way_to_stop_the_queue(desk: Desk, said: str, longest: dt.timedelta) -> None:
    desk.receiver.status, desk.receiver.headers = 503, {"Retry-After": said}
    desk.tell(1)
    desk.world.run_jobs()
    assert clock.now() < run_at(desk)[0] < clock.now() + longest and desk.rows()[0].state == WAITING


def test_what_waits_can_be_sent_now_from_the_page(desk: Desk) -> None:
    desk.receiver.status = 400
    desk.tell(1)
    desk.world.run_jobs()
    [row] = desk.rows()
    assert row.state == WAITING and row.attempts == 1
    admin, path = desk.world.browser("east"), f"/webhooks/{desk.hook_id}/deliveries/{row.id}"
    assert f'action="/t/east{path}/replay"' in admin.get(path).get_data(as_text=True)
    desk.receiver.status = 200
    admin.post(path + "/replay")
    desk.world.run_jobs()
    assert desk.receiver.ids() == [f"msg_{row.id}"] * 2 and desk.rows()[0].state == DELIVERED
    with desk.world.inside("east"):
        assert session().scalars(select(Job.id).where(Job.status == QUEUED, Job.name == "webhooks.deliver")).all() == []
