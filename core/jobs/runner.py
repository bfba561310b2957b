"""Running jobs: claim with a lease, run in the tenant's scope, finish with a fence against lost leases."""

from __future__ import annotations

import datetime as dt
import logging
import os
import random
import socket
import threading
import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, or_, select, update
from sqlalchemy.exc import IntegrityError

from core.base import clock
from core.base.engine import Database
from core.base.scope import system_scope, tenant_scope
from core.base.session import begin_write, session

from .models import DONE, FAILED, QUEUED, RUNNING, Job
from .queue import TASKS, Task, enqueue, wake

log = logging.getLogger("juheli.jobs")
LEASE = dt.timedelta(seconds=60)
POLL = 2.0


@dataclass(slots=True)
class Running:
    """Handle given to a running job."""

    database: Database
    tenant_id: int
    id: int
    worker: str
    attempt: int

    def _update(self, **values: Any) -> bool:
        with self.database.use(), tenant_scope(self.tenant_id):
            begin_write()
            statement = update(Job).where(Job.id == self.id, Job.worker == self.worker, Job.attempts == self.attempt)
            done = session().execute(statement.values(**values).execution_options(synchronize_session=False))
            session().commit()
            return done.rowcount == 1

    def tell(self, percent: int, message: str = "") -> None:
        """Report progress (0-100) and renew the lease. Call it outside a writing transaction of your own."""
        self._update(progress=max(0, min(100, percent)), message=message[:200], lease_until=clock.now() + LEASE)

    def renew(self) -> None:
        self._update(lease_until=clock.now() + LEASE)


class Runner:
    """`make_context(tenant_id, actor_id)` gives the context a job runs with, or None when the tenant takes no work.

    `tenants()` lists active tenants, each with a test "is the owner of this job name on there?".
    """

    def __init__(self, database: Database, make_context: Callable[[int, int | None], Any],
                 tenants: Callable[[], Iterable[tuple[int, Callable[[str], bool]]]], threads: int = 2):
        self.database, self.make_context, self.tenants, self.threads = database, make_context, tenants, threads
        self.stopping = threading.Event()
        self._threads: list[threading.Thread] = []

    # -- one job
    def claim(self, worker: str) -> Running | None:
        """Take the next due job of any tenant; expired leases may be taken again."""
        now = clock.now()
        due = or_(and_(Job.status == QUEUED, Job.run_at <= now), and_(Job.status == RUNNING, Job.lease_until < now))
        with self.database.use(), system_scope("jobs: claim"):
            waiting = session().execute(
                select(Job.tenant_id, Job.id).where(due).order_by(Job.priority.desc(), Job.run_at).limit(5)).all()
            if not waiting:
                return None
            begin_write()
            for tenant_id, job_id in waiting:
                taken = session().execute(
                    update(Job).where(Job.tenant_id == tenant_id, Job.id == job_id, due)
                    .values(status=RUNNING, worker=worker, attempts=Job.attempts + 1, lease_until=now + LEASE)
                    .returning(Job.attempts).execution_options(synchronize_session=False)).one_or_none()
                if taken:
                    session().commit()
                    return Running(self.database, tenant_id, job_id, worker, taken.attempts)
            session().commit()
        return None

    def run_one(self, worker: str = "inline") -> bool:
        """Claim and run one job; False when nothing is due."""
        running = self.claim(worker)
        if running is None:
            return False
        stop = threading.Event()
        keeper = threading.Thread(target=self._keep, args=(running, stop), daemon=True)
        keeper.start()
        try:
            self._perform(running)
        finally:
            stop.set()
            keeper.join()
        return True

    def _keep(self, running: Running, stop: threading.Event) -> None:
        while not stop.wait(LEASE.total_seconds() / 3):
            running.renew()

    def _perform(self, running: Running) -> None:
        with self.database.use(), tenant_scope(running.tenant_id):
            row = session().scalars(select(Job).where(Job.id == running.id)).one()
            name, payload, actor_id = row.name, dict(row.payload), row.actor_id
            session().commit()
            task = TASKS.get(name)
            try:
                if task is None:
                    raise LookupError(f"no such job: {name}")
                context = self.make_context(running.tenant_id, actor_id)
                if context is None or not context.plugins.active(name, context.enabled | {"events"}):
                    running._update(status=QUEUED, run_at=clock.now() + dt.timedelta(hours=1), lease_until=None)
                    return
                result = task.run(context, running, **payload)
            except Exception as error:
                session().rollback()
                self._failed(running, task, error)
                return
            session().rollback()
        running._update(status=DONE, progress=100, result=result or {}, lease_until=None, finished_at=clock.now())

    def _failed(self, running: Running, task: Task | None, error: Exception) -> None:
        log.warning("job %s attempt %s failed", running.id, running.attempt, exc_info=error)
        text = "".join(traceback.format_exception(error))[-2000:]
        if task and running.attempt <= task.retries:
            pause = dt.timedelta(seconds=2**running.attempt * (0.5 + random.random()))
            running._update(status=QUEUED, run_at=clock.now() + pause, error=text, lease_until=None)
        else:
            running._update(status=FAILED, error=text, lease_until=None, finished_at=clock.now())

    def run_all(self, limit: int = 1000) -> int:
        """Run what is due, here and now (tests, commands); returns how many jobs ran."""
        for count in range(limit):
            if not self.run_one():
                return count
        return limit

    # -- periodic jobs
    def tick(self) -> None:
        """One row per periodic task, slot and tenant: the unique key makes several tickers harmless."""
        stamp = int(clock.now().timestamp())
        for task in [t for t in TASKS.values() if t.every]:
            slot = stamp // int(task.every.total_seconds())
            for tenant_id, active in self.tenants():
                if not active(task.name):
                    continue
                with self.database.use(), tenant_scope(tenant_id):
                    begin_write()
                    try:
                        enqueue(task.name, dedup_key=f"every:{task.name}:{slot}")
                        session().commit()
                    except IntegrityError:
                        session().rollback()

    # -- threads
    def start(self) -> None:
        """Start the job threads and the ticker (embedded mode)."""
        names = [f"{socket.gethostname()}:{os.getpid()}:{i}" for i in range(self.threads)]
        self._threads = [threading.Thread(target=self._loop, args=(n,), daemon=True, name=f"job-{n}") for n in names]
        self._threads.append(threading.Thread(target=self._ticker, daemon=True, name="job-ticker"))
        for thread in self._threads:
            thread.start()

    def _loop(self, worker: str) -> None:
        while not self.stopping.is_set():
            try:
                if self.run_one(worker):
                    continue
            except Exception:
                log.exception("job loop")
            wake.wait(POLL)
            wake.clear()

    def _ticker(self) -> None:
        while not self.stopping.wait(30):
            try:
                self.tick()
            except Exception:
                log.exception("job ticker")

    def stop(self, timeout: float = 20) -> None:
        """Let running jobs finish, then end the threads."""
        self.stopping.set()
        wake.set()
        for thread in self._threads:
            thread.join(timeout)
