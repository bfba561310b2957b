"""With Redis gone, hung, flushed or full everything works: sessions from the database, limits from memory, jobs polled."""

from __future__ import annotations

import os
import re
import signal
import threading
import time
from collections.abc import Iterator

import pytest
import redis

from core.accounts.sessions import end_sessions
from core.base import memo
from core.base.breaker import Breaker
from core.base.cache import WAIT, Cache, cache, use_cache
from core.base.limits import charge
from core.base.scope import tenant_scope
from core.base.session import begin_write, session
from core.jobs.bell import listen, ring_all
from core.jobs.queue import wake
from core.testing.world import World


class Server:
    """A Redis that can be made to hang: it accepts connections and never answers."""

    def __init__(self, url: str):
        self.client = redis.Redis.from_url(url)
        self.pid = int(self.client.info("server")["process_id"])

    def hang(self) -> None:
        os.kill(self.pid, signal.SIGSTOP)

    def wake(self) -> None:
        os.kill(self.pid, signal.SIGCONT)


@pytest.fixture
def server(own_redis: str) -> Iterator[Server]:
    """The module's own Redis, empty, with memory without limit; awake again afterwards."""
    server = Server(own_redis)
    server.client.config_set("maxmemory", "0")
    server.client.flushall()
    use_cache(Cache(own_redis))
    yield server
    server.wake()
    use_cache(Cache())
    server.client.close()


def timed(world: World, count: int) -> list[float]:
    browser, found = world.browser("east"), []
    for _ in range(count):
        began = time.perf_counter()
        assert browser.get("/accounts/me").status_code == 200
        found.append(time.perf_counter() - began)
    return found


def test_a_known_session_and_its_rights_are_not_read_again(world: World, server: Server) -> None:
    browser = world.browser("east")
    read = []
    for _ in range(2):
        with world.counting() as sent:
            browser.get("/accounts/me")
        read.append({found[1] for s in sent if (found := re.match(r"SELECT (\w+)\.", s))})
        memo._stores.clear()                            # as another worker: what this one remembers itself is not Redis
    assert {"accounts_session", "access_role"} <= read[0] and read[1].isdisjoint({"accounts_session", "access_role"})
    assert "accounts_user" in read[1]


def test_hung_redis_costs_one_short_wait(world: World, server: Server) -> None:
    server.hang()
    waits = timed(world, 11)
    assert max(waits) < WAIT + 1 and sorted(waits)[5] < WAIT / 2
    assert cache().state == "down" and cache().breaker.failures == 1


def test_redis_that_is_not_there_costs_nothing(world: World) -> None:
    use_cache(Cache("redis://127.0.0.1:1"))
    assert max(timed(world, 5)[1:]) < WAIT
    use_cache(Cache())


def test_flushed_redis_is_filled_again(world: World, server: Server) -> None:
    timed(world, 1)
    server.client.flushall()
    timed(world, 1)
    assert server.client.keys("*:session:*") != []


def test_full_redis_refuses_and_everything_goes_on(world: World, server: Server) -> None:
    server.client.config_set("maxmemory-policy", "noeviction")
    server.client.config_set("maxmemory", "1mb")
    timed(world, 3)
    assert server.client.keys("*:session:*") == [] and cache().state == "up"
    with tenant_scope(world.tenants["east"].id):
        assert [charge("full", 1, limit=2, seconds=3600) > 0 for _ in range(3)] == [False, False, True], "counted in memory"


@pytest.mark.parametrize("trouble", ["none", "hung meanwhile"])
def test_a_session_ended_is_ended_with_the_next_request(world: World, server: Server, trouble: str) -> None:
    """Also when Redis could not be told: what it kept names an older revision."""
    browser = world.browser("east")
    assert browser.get("/accounts/me").status_code == 200
    if trouble != "none":
        server.hang()
    world.add_user("east", "other", "people.person.read")
    with world.acting("east", "admin") as ctx:
        begin_write()
        end_sessions(ctx.actor.id, "test")
        session().commit()
    server.wake()
    cache().breaker.worked()
    assert browser.get("/accounts/me").status_code == 303


def test_limits_are_counted_together_and_in_memory_when_redis_hangs(world: World, own_redis: str, server: Server) -> None:
    with tenant_scope(world.tenants["east"].id):
        for host in range(2):
            use_cache(Cache(own_redis))
            assert [charge("page", 5, limit=3, seconds=3600) > 0 for _ in range(2)] == [False, bool(host)]
        server.hang()
        assert [charge("page", 5, limit=3, seconds=3600) > 0 for _ in range(4)] == [False, False, False, True]
        server.wake()
    with tenant_scope(world.tenants["west"].id):
        assert charge("page", 5, limit=3, seconds=3600) == 0, "another tenant has counters of its own"


def test_too_many_requests_are_refused_with_a_time(world: World) -> None:
    config = world.app.extensions["juheli.config"]
    world.app.extensions["juheli.config"] = config.__class__(testing=True, client_rate=3)
    browser = world.browser("west")
    answers = [browser.get("/accounts/me") for _ in range(8)]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert refused and 1 <= int(refused[0].headers["Retry-After"]) <= 10
    assert "秒后再试" in refused[0].get_data(as_text=True)
    assert world.browser("east").get("/accounts/me").status_code == 200


def test_the_bell_wakes_another_process(own_redis: str, server: Server) -> None:
    stopping = threading.Event()
    wake.clear()
    thread = threading.Thread(target=listen, args=(own_redis, stopping), daemon=True)
    thread.start()
    time.sleep(0.2)
    began = time.perf_counter()
    ring_all()
    assert wake.wait(2) and time.perf_counter() - began < 0.5
    stopping.set()
    ring_all()
    thread.join(7)
    assert not thread.is_alive()


def test_breaker_lets_one_try_after_the_rest() -> None:
    now = [0.0]
    breaker = Breaker(rest=5, clock=lambda: now[0])
    assert breaker.may()
    breaker.failed()
    assert breaker.is_open and not breaker.may()
    now[0] = 5.1
    assert [breaker.may(), breaker.may()] == [True, False]
    breaker.worked()
    assert breaker.may() and not breaker.is_open
