"""Processes killed and databases restarted under load."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import time
from collections.abc import Iterator

import pytest
import redis as redis_client

from core.base.session import begin_write, session
from core.jobs.queue import enqueue

from .client import Ledger, Load
from .conftest import clerks, rounds
from .servers import until
from .stack import Stack
from .verdict import judge

pytestmark = pytest.mark.xdist_group("chaos")
KILL_AFTER = 4      # acknowledgements between two kills, at least: no sooner than there is something to lose
PROGRESS_WITHIN = 10.0


def test_web_processes_killed_under_load(stack: Stack) -> None:
    """kill -9 of a random web process, again and again: nothing acknowledged is lost, a repeated form counts once."""
    ledger, web = Ledger(), stack.processes[0]
    kills = rounds(8, 1000, "KILLS")
    between = max(KILL_AFTER, rounds(0, 50_000, "ACKS") // kills)
    with Load(ledger, clerks(stack, ledger)):
        for _ in range(kills):
            before, end = ledger.count, time.monotonic() + PROGRESS_WITHIN
            while time.monotonic() < end and ledger.count < before + between:
                time.sleep(0.02)
            if victims := web.children():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(random.choice(victims), signal.SIGKILL)
    judge(stack, ledger, "kill -9 of web processes", kills)
    assert ledger.count > kills and len(ledger.given_up) <= ledger.count // 20, "a client gives up after 40 s"


def test_database_restarted_under_load(stack: Stack) -> None:
    """Immediate restarts (as after a crash): 503 with Retry-After meanwhile, and back by itself within seconds."""
    ledger, restarts = Ledger(), rounds(2, 50, "RESTARTS")
    assert stack.postgres is not None
    with Load(ledger, clerks(stack, ledger)):
        for _ in range(restarts):
            time.sleep(1.5)
            stack.postgres.restart()
        time.sleep(1)
    judge(stack, ledger, "immediate restart of PostgreSQL", restarts)
    assert len(ledger.given_up) <= ledger.count // 20, "a client gives up after 40 s"


def test_database_frozen_under_load(stack: Stack) -> None:
    """Every process of PostgreSQL stands still for a while, its connections stay open: people wait, and nothing is lost."""
    ledger, times, seconds = Ledger(), rounds(1, 10), rounds(2, 5)
    assert stack.postgres is not None
    with Load(ledger, clerks(stack, ledger)):
        for _ in range(times):
            with frozen(stack.postgres.processes()):
                time.sleep(seconds)
            time.sleep(3)
    judge(stack, ledger, f"PostgreSQL frozen for {seconds} s", times)
    assert len(ledger.given_up) <= ledger.count // 20, "a client gives up after 40 s"


@contextlib.contextmanager
def frozen(processes: list[int]) -> Iterator[None]:
    """They stand still; whatever happens, they go on afterwards."""
    try:
        signalled(processes, signal.SIGSTOP)
        yield
    finally:
        signalled(processes, signal.SIGCONT)


def signalled(processes: list[int], how: signal.Signals) -> None:
    for pid in processes:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, how)


def test_redis_stopped_flushed_and_full_under_load(stack: Stack) -> None:
    """The service goes on; its sessions come from the database."""
    ledger, url = Ledger(), stack.environment["JUHELI_REDIS_URL"]
    server = redis_client.Redis.from_url(url)
    pid = int(server.info("server")["process_id"])
    with Load(ledger, clerks(stack, ledger)):
        times = rounds(1, 10)
        for _ in range(times):
            for trouble in (server.flushall, lambda: server.config_set("maxmemory", "1mb"),
                            lambda: server.config_set("maxmemory", "0")):
                trouble()
                time.sleep(0.7)
            before = ledger.count
            os.kill(pid, signal.SIGSTOP)
            time.sleep(2.5)
            os.kill(pid, signal.SIGCONT)
            assert ledger.count > before, "it stood still while Redis hung"
    judge(stack, ledger, "Redis flushed, full and hung", times)
    assert set(ledger.outcomes) <= {"303", "303 again"} and ledger.given_up == []
    server.close()


def test_worker_killed_its_jobs_are_done_by_another(stack: Stack) -> None:
    """Jobs whose worker was killed are taken over when their lease ends; SIGTERM puts back or finishes what runs."""
    add_jobs(stack, rounds(8, 100))
    victim = stack.processes.pop(1)
    until(lambda: counted(stack)["done"] > 0)
    victim.stop(signal.SIGKILL)
    second = stack.worker("worker-2")
    until(lambda: counted(stack)["queued"] + counted(stack)["running"] == 0, rounds(90, 400))
    assert counted(stack)["failed"] == 0
    add_jobs(stack, 10)
    until(lambda: counted(stack)["running"] > 0)
    assert second.stop(signal.SIGTERM) == 0 and "stopped" in second.said()
    assert counted(stack)["running"] == 0
    print(f"\nCHAOS worker killed -9, another stopped: {counted(stack)}")


def add_jobs(stack: Stack, count: int) -> None:
    for slug in stack.roots:
        with stack.world.inside(slug):
            begin_write()
            for _ in range(count):
                enqueue("work.reminders", {})
            session().commit()


def counted(stack: Stack) -> dict[str, int]:
    """Jobs by state, of all tenants, periodic ones that are not due yet left out."""
    assert stack.postgres is not None
    database = stack.environment["JUHELI_DATABASE_URL"].rpartition("/")[2]
    rows = stack.postgres.ask("SELECT status, count(*) FROM jobs_job WHERE dedup_key IS NULL GROUP BY status", database)
    return {"queued": 0, "running": 0, "failed": 0, "done": 0} | dict(rows)
