"""Many workers at the same moment, on both databases: every job runs exactly once."""

from __future__ import annotations

import threading

from sqlalchemy import func, select

from core.base.session import begin_write, session
from core.jobs.models import DONE, Job
from core.jobs.queue import enqueue

from .conftest import Desk

JOBS, WORKERS = 60, 6


def test_every_job_runs_once(busy: Desk) -> None:
    for slug in ("east", "west"):
        with busy.world.inside(slug):
            begin_write()
            for n in range(JOBS // 2):
                enqueue("tenancy.note", {"n": n})
            session().commit()
    workers = [threading.Thread(target=run_until_empty, args=(busy, f"w{n}")) for n in range(WORKERS)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    ran = sorted((tenant, payload["n"]) for tenant, payload in busy.seen)
    assert len(ran) == len(set(ran)) == JOBS
    for slug in ("east", "west"):
        with busy.world.inside(slug):
            done = session().scalar(select(func.count()).select_from(Job).where(Job.status == DONE, Job.name == "tenancy.note"))
            workers_used = set(session().scalars(select(Job.worker).where(Job.name == "tenancy.note")))
        assert done == JOBS // 2 and len(workers_used) > 1
    busy.runner.clock.measure()
    assert abs(busy.runner.clock.ahead.total_seconds()) < 5, "leases are told in the database's time"


def run_until_empty(busy: Desk, name: str) -> None:
    while busy.runner.run_one(name):
        pass
