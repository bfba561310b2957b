"""Running jobs: in threads of the web process, or in `juheli worker` on any number of hosts. The code is the same."""

from __future__ import annotations

import datetime as dt
import logging
import os
import socket
import threading
import time
from collections.abc import Callable
from typing import Any

from core.base.cache import cache
from core.base.engine import Database
from core.base.scope import PLATFORM, tenant_scope
from core.base.session import session
from core.base.tally import tallied
from core.base.traces import trace_text

from .bell import listen
from .claiming import DatabaseClock, claim
from .periodic import Tenants, Ticker
from .queue import TASKS, GivenUp, Later, OwnerGone, Task, find, on_behalf_of, wake, working_on
from .running import LEASE, MOST_CRASHES, Returned, Running

log = logging.getLogger("juheli.jobs")
POLL = 2.0  # seconds between two looks when no bell rings
TICK = 30.0
LATER = dt.timedelta(hours=1)  # a suspended tenant's jobs are looked at again


class Runner:
    """`make_context(tenant_id, actor_id)` gives the context a job runs with, or None when the tenant takes no work; it raises
    OwnerGone when the tenant does, but whoever asked for the job is gone.

    `tenants()` lists active tenants, each with a test "is the owner of this job name on there?".
    """

    def __init__(self, database: Database, make_context: Callable[[int, int | None], Any], tenants: Tenants, threads: int = 2,
                 spread: bool = True, lease: dt.timedelta = LEASE):
        self.database, self.make_context, self.threads, self.lease = database, make_context, threads, lease
        self.ticker, self.clock = Ticker(database, tenants, spread), DatabaseClock(database)
        self.stopping = threading.Event()
        self.patient_until = float("inf")
        self._threads: list[threading.Thread] = []
        self._active: dict[str, Running] = {}

    # -- one job
    def claim(self, worker: str, lanes: bool = True) -> Running | None:
        """Take the next due job of any tenant; a job whose worker disappeared may be taken again."""
        running = claim(self.database, worker, self.clock, self.lease, lanes)
        if running is not None:
            running.must_stop = lambda: self.stopping.is_set() and time.monotonic() > self.patient_until
        return running

    def run_one(self, worker: str = "inline", lanes: bool = True) -> bool:
        """Claim and run one job; False when nothing is due."""
        running = self.claim(worker, lanes)
        if running is None:
            return False
        self._active[worker] = running
        stop = threading.Event()
        keeper = threading.Thread(target=self._keep, args=(running, stop), daemon=True)
        keeper.start()
        began = time.perf_counter()
        try:
            with tallied(running.name) as tally:
                outcome = self._perform(running)
        finally:
            stop.set()
            keeper.join()
            self._active.pop(worker, None)
        log.info("job", extra={"tenant_id": running.tenant_id, "job": running.name, "job_id": running.id, "outcome": outcome,
                               "attempt": running.attempt, "ms": round((time.perf_counter() - began) * 1000, 1),
                               "queries": tally.queries, "db_ms": round(tally.ms, 1)})
        return True

    def _keep(self, running: Running, stop: threading.Event) -> None:
        while not stop.wait(self.lease.total_seconds() / 3):
            running.renew()

    def _perform(self, running: Running) -> str:
        """Run it in its tenant's scope; how it ended: done, failed, returned, postponed or crashed."""
        if running.crashes > MOST_CRASHES:
            running.crashed()
            return "crashed"
        task = TASKS.get(running.name)
        try:
            with self.database.use(), tenant_scope(running.tenant_id):
                result = self._run(running)
        except Returned:
            running.give_back()
            return "returned"
        except Later as later:
            running.postponed(later.pause)
            return "postponed"
        except Exception as error:
            log.warning("job %s (%s) attempt %s failed: %s", running.id, running.name, running.attempt, trace_text(error))
            running.failed(error, task.retries if task and not isinstance(error, OwnerGone | GivenUp) else 0)
            return "failed"
        if result is None:
            running.give_back(LATER)
            return "postponed"
        running.done(result)
        return "done"

    def _run(self, running: Running) -> dict[str, Any] | None:
        """The job's result; None when its tenant or its module takes no work now."""
        row = find(running.id)
        task = TASKS.get(running.name)
        if task is None or row is None:
            raise LookupError(f"no such job: {running.name}")
        if task.platform_only and running.tenant_id != PLATFORM:        # it came in an archive somebody else made
            raise LookupError(f"a job of the platform in tenant {running.tenant_id}: {running.name}")
        payload, actor_id, token_id = dict(row.payload), row.actor_id, row.token_id
        session().commit()
        with on_behalf_of(token_id), working_on(task):
            context, gone = self._context(running, actor_id)
            if context is None or not context.plugins.active(running.name, context.working | {"events"}):
                return None
            if context.tenant.status != "active" and not task.while_read_only:
                return None
            if gone is not None:
                return _unowned(task, gone, running, payload)
            return task.run(context, running, **payload) or {}

    def _context(self, running: Running, actor_id: int | None) -> tuple[Any, OwnerGone | None]:
        try:
            return self.make_context(running.tenant_id, actor_id), None
        except OwnerGone as gone:
            return gone.context, gone

    def run_all(self, limit: int = 1000) -> int:
        """Run what is due, here and now (tests, commands); returns how many jobs ran."""
        for count in range(limit):
            if not self.run_one():
                return count
        return limit

    def tick(self) -> int:
        """Queue the periodic jobs that are due; how many are new."""
        return self.ticker.tick()

    # -- threads
    def start(self) -> None:
        """Start the job threads and the ticker."""
        names = [f"{socket.gethostname()}:{os.getpid()}:{i}" for i in range(self.threads)]
        # the first of several takes no job that waits for others: slow receivers never take all threads
        self._threads = [threading.Thread(target=self._loop, args=(n, n != names[0] or self.threads == 1), daemon=True,
                                          name=f"job-{n}") for n in names]
        self._threads.append(threading.Thread(target=self._ticker, daemon=True, name="job-ticker"))
        if cache().url:
            bell = threading.Thread(target=listen, args=(cache().url, self.stopping), daemon=True, name="job-bell")
            bell.start()  # not joined: it may be in the middle of a wait
        for thread in self._threads:
            thread.start()

    def _loop(self, worker: str, lanes: bool) -> None:
        while not self.stopping.is_set():
            try:
                if self.run_one(worker, lanes):
                    continue
            except Exception as error:
                log.error("job loop: %s", trace_text(error))
            wake.wait(POLL)
            wake.clear()

    def _ticker(self) -> None:
        while not self.stopping.is_set():
            try:
                self.clock.measure()
                self.tick()
            except Exception as error:
                log.error("job ticker: %s", trace_text(error))
            self.stopping.wait(TICK)

    def stop(self, timeout: float = 20) -> None:
        """Stop within `timeout` seconds: running jobs may finish in the first half, those that report progress leave in the
        second, and what is left is put back for another worker.
        """
        end = time.monotonic() + timeout
        self.patient_until = time.monotonic() + timeout / 2
        self.stopping.set()
        wake.set()
        for thread in self._threads:
            thread.join(max(0.0, end - time.monotonic()))
        for running in list(self._active.values()):
            running.give_back()


def _unowned(task: Task, gone: OwnerGone, running: Running, payload: dict[str, Any]) -> dict[str, Any]:
    """What a task still does when nobody stands behind its job any more. Raises OwnerGone when that ends the job."""
    result: dict[str, Any] | None = task.unowned(gone.context, running, **payload) if task.unowned else None
    if result is None:
        raise gone
    return result
