"""The job table. A job belongs to a tenant (the platform's own jobs to tenant 0)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import literal

from core.base.db import (
    JSON,
    Base,
    BigInteger,
    Index,
    Integer,
    Mapped,
    String,
    TenantScoped,
    UniqueConstraint,
    UTCDateTime,
    keys,
    mapped_column,
)

QUEUED, RUNNING, DONE, FAILED = "queued", "running", "done", "failed"
PARKED = "parked"  # out of the queue until somebody calls for it; kept without limit


class Job(TenantScoped, Base):
    """One piece of work. At-least-once: a worker that dies loses its lease and the job is run again.

    attempts   how often it was claimed; with `worker` the fence against a worker that lost its lease
    failures   how often it raised
    crashes    how often its worker disappeared since it last reported progress
    token_id   the access token the actor came with: the job may do no more than it
    lane       jobs of a tenant with the same number run one after another, on whatever worker; None: no others are waited for
    """

    __tablename__ = "jobs_job"
    __table_args__ = keys(UniqueConstraint("tenant_id", "dedup_key"))

    name: Mapped[str] = mapped_column(String(80))
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)
    status: Mapped[str] = mapped_column(String(10), default=QUEUED)
    priority: Mapped[int] = mapped_column(Integer, default=0)
    run_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    failures: Mapped[int] = mapped_column(Integer, default=0)
    crashes: Mapped[int] = mapped_column(Integer, default=0)
    lease_until: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    worker: Mapped[str | None] = mapped_column(String(80))
    progress: Mapped[int] = mapped_column(Integer, default=0)
    message: Mapped[str] = mapped_column(String(200), default="")
    result: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    error: Mapped[str | None] = mapped_column(String(2000))
    dedup_key: Mapped[str | None] = mapped_column(String(120))
    lane: Mapped[int | None] = mapped_column(BigInteger)
    actor_id: Mapped[int | None] = mapped_column(BigInteger)
    token_id: Mapped[int | None] = mapped_column(BigInteger)
    finished_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)  # when it left the queue


# The queue is read across tenants, and its indexes must lead with the tenant (core.base.fence.lint): partial indexes
# hold only the few open, dead or parked jobs, so that reading one whole costs nothing however many are done.
# SQLite uses a partial index only when the statement repeats its condition word for word, hence literals.
is_open = Job.finished_at.is_(None)
is_dead = Job.status == literal(FAILED, literal_execute=True)
is_parked = Job.status == literal(PARKED, literal_execute=True)
is_running = Job.status == literal(RUNNING, literal_execute=True)
Index("ix_jobs_job_open", Job.tenant_id, Job.status, Job.run_at, sqlite_where=is_open, postgresql_where=is_open)
Index("ix_jobs_job_dead", Job.tenant_id, Job.finished_at, sqlite_where=is_dead, postgresql_where=is_dead)
Index("ix_jobs_job_parked", Job.tenant_id, Job.name, sqlite_where=is_parked, postgresql_where=is_parked)
# of a lane one job runs, whatever two workers read at the same moment
Index("uq_jobs_job_lane", Job.tenant_id, Job.lane, unique=True, sqlite_where=is_running, postgresql_where=is_running)
