"""Jobs that were given up, of all tenants, for the operators: which, when, why. Never what they were about.

The payload may name people and stays in the tenant; the stored error carries places in the code, no data.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import delete, func, select, update

from core.base import clock
from core.base.scope import system_scope
from core.base.session import begin_write, session

from .models import FAILED, QUEUED, RUNNING, Job, is_dead, is_open
from .queue import ring

MOST = 200


@dataclass(frozen=True, slots=True)
class DeadJob:
    """A job nobody will try again by itself."""

    tenant_id: int
    id: int
    name: str
    failures: int
    crashes: int
    finished_at: dt.datetime
    error: str


@dataclass(frozen=True, slots=True)
class QueueState:
    """Counts over all tenants. `oldest`: seconds the longest-waiting due job waits."""

    waiting: int
    running: int
    dead: int
    oldest: float


def dead_jobs() -> list[DeadJob]:
    """The 200 that died last."""
    with system_scope("jobs: dead letters"):
        rows = session().execute(
            select(Job.tenant_id, Job.id, Job.name, Job.failures, Job.crashes, Job.finished_at, Job.error)
            .where(is_dead).order_by(Job.finished_at.desc()).limit(MOST)).all()
    return [DeadJob(r.tenant_id, r.id, r.name, r.failures, r.crashes, r.finished_at, r.error or "") for r in rows]


def queue_state() -> QueueState:
    """How much waits and runs now."""
    now = clock.now()
    with system_scope("jobs: queue state"):
        counts = dict(session().execute(
            select(Job.status, func.count()).where(is_open, (Job.status == RUNNING) | (Job.run_at <= now))
            .group_by(Job.status)).all())
        oldest = session().scalar(select(func.min(Job.run_at)).where(is_open, Job.status == QUEUED, Job.run_at <= now))
        dead = session().scalar(select(func.count()).select_from(Job).where(is_dead)) or 0
    return QueueState(counts.get(QUEUED, 0), counts.get(RUNNING, 0), dead, (now - oldest).total_seconds() if oldest else 0.0)


def retry(tenant_id: int, job_id: int) -> bool:
    """Queue a dead job again with a clean slate; False when it is not dead (any more)."""
    with system_scope("jobs: retry a dead letter"):
        begin_write()
        done = session().execute(
            update(Job).where(Job.tenant_id == tenant_id, Job.id == job_id, Job.status == FAILED)
            .values(status=QUEUED, run_at=clock.now(), failures=0, crashes=0, finished_at=None)
            .execution_options(synchronize_session=False))
        session().commit()
    ring()
    return bool(done.rowcount)  # type: ignore[attr-defined]


def drop(tenant_id: int, job_id: int) -> bool:
    """Delete a dead job; False when it is not dead (any more)."""
    with system_scope("jobs: drop a dead letter"):
        begin_write()
        gone = session().execute(delete(Job).where(Job.tenant_id == tenant_id, Job.id == job_id, Job.status == FAILED)
                                 .execution_options(synchronize_session=False))
        session().commit()
    return bool(gone.rowcount)  # type: ignore[attr-defined]
