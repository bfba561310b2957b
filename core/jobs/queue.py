"""Declaring jobs and putting them in the queue."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from core.base import clock
from core.base.session import run_after_commit, session

from .models import Job

wake = threading.Event()
DAILY, HOURLY = dt.timedelta(days=1), dt.timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Task:
    """What a job name stands for. `every`: run once per slot and tenant, without being asked."""

    name: str
    run: Callable[..., Any]
    retries: int = 3
    every: dt.timedelta | None = None


TASKS: dict[str, Task] = {}


def job(name: str, *, retries: int = 3, every: dt.timedelta | None = None) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declare `fn(ctx, job, **payload) -> dict | None` as the job `module.name`; `job.tell(percent, text)` reports progress."""

    def declare(fn: Callable[..., Any]) -> Callable[..., Any]:
        TASKS[name] = Task(name, fn, retries, every)
        return fn

    return declare


def enqueue(name: str, payload: dict[str, Any] | None = None, *, actor_id: int | None = None, dedup_key: str | None = None,
            run_at: dt.datetime | None = None, priority: int = 0) -> Job:
    """Add a job to the running transaction of the tenant in scope; nothing runs before the commit.

    With a `dedup_key` that exists already the existing job is returned.
    """
    if dedup_key:
        existing = session().scalars(select(Job).where(Job.dedup_key == dedup_key)).one_or_none()
        if existing is not None:
            return existing
    queued = Job(name=name, payload=payload or {}, actor_id=actor_id, dedup_key=dedup_key, priority=priority,
                 run_at=run_at or clock.now())
    session().add(queued)
    run_after_commit(wake.set)
    return queued


def find(job_id: int) -> Job | None:
    """The tenant's job with this id."""
    return session().scalars(select(Job).where(Job.id == job_id)).one_or_none()
