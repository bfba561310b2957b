"""Declaring jobs and putting them in the queue."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, select

from core.base import clock
from core.base.scope import current_scope
from core.base.session import begin_write, run_after_commit, session

from .models import DONE, FAILED, Job

wake = threading.Event()
bells: list[Callable[[], object]] = [wake.set]  # rung after the commit; core.jobs.bell adds the one other hosts hear
DAILY, HOURLY = dt.timedelta(days=1), dt.timedelta(hours=1)
KEEP_DONE, KEEP_FAILED = dt.timedelta(days=30), dt.timedelta(days=180)


@dataclass(frozen=True, slots=True)
class Task:
    """What a job name stands for.

    every          run once per slot and tenant, without being asked
    platform_only  work of the installation itself: done for tenant 0 only
    while_read_only  also while its tenant is read-only; others wait until it is open again
    unowned        run instead, as the tenant's own work, when the account or token that asked is gone; a job of a task without
                   one, or whose `unowned` returns None, fails then for good
    """

    name: str
    run: Callable[..., Any]
    retries: int = 3
    every: dt.timedelta | None = None
    platform_only: bool = False
    while_read_only: bool = False
    unowned: Callable[..., Any] | None = None


class OwnerGone(Exception):
    """The account or access token a job came with has ended. `context`: that of the tenant's own work."""

    def __init__(self, context: Any):
        super().__init__("the account or access token this job came with has ended")
        self.context = context


class GivenUp(Exception):
    """Raised by a job that would end the same way at every attempt, with the reason."""


class Later(Exception):
    """Raised by a job that cannot do its work now and knows when to try again; counts as no failure."""

    def __init__(self, pause: dt.timedelta):
        super().__init__(f"again in {pause}")
        self.pause = pause


TASKS: dict[str, Task] = {}
_task: ContextVar[Task | None] = ContextVar("juheli_task", default=None)
_token: ContextVar[int | None] = ContextVar("juheli_token", default=None)


def token_in_use() -> int | None:
    """The access token on whose behalf this request or job runs."""
    return _token.get()


@contextmanager
def on_behalf_of(token_id: int | None) -> Iterator[None]:
    """Jobs queued inside remember the token, so that nobody gets from a job what the token may not have."""
    mark = _token.set(token_id)
    try:
        yield
    finally:
        _token.reset(mark)


def task_at_work() -> Task | None:
    """What the job that runs here stands for; None in a request or a command."""
    return _task.get()


@contextmanager
def working_on(task: Task) -> Iterator[None]:
    """What happens inside is done by a job of this task."""
    mark = _task.set(task)
    try:
        yield
    finally:
        _task.reset(mark)


def job(name: str, *, retries: int = 3, every: dt.timedelta | None = None, platform_only: bool = False,
        while_read_only: bool = False, unowned: Callable[..., Any] | None = None,
        ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declare `fn(ctx, job, **payload) -> dict | None` as the job `module.name`; `job.tell(percent, text)` reports progress."""

    def declare(fn: Callable[..., Any]) -> Callable[..., Any]:
        TASKS[name] = Task(name, fn, retries, every, platform_only, while_read_only, unowned)
        return fn

    return declare


def ring() -> None:
    """Tell whoever waits that there is work. A bell may fail: workers also look by themselves every two seconds."""
    for bell in bells:
        bell()


def enqueue(name: str, payload: dict[str, Any] | None = None, *, actor_id: int | None = None, dedup_key: str | None = None,
            run_at: dt.datetime | None = None, priority: int = 0, lane: int | None = None) -> Job:
    """Add a job to the running transaction of the tenant in scope; nothing runs before the commit.

    `lane`: an id; of all jobs with the same one runs one at a time (work that waits for others: one slow receiver, one worker).

    With a `dedup_key` that exists already the existing job is returned.
    """
    if dedup_key:
        existing = session().scalars(select(Job).where(Job.dedup_key == dedup_key)).one_or_none()
        if existing is not None:
            return existing
    queued = Job(name=name, payload=payload or {}, actor_id=actor_id, dedup_key=dedup_key, priority=priority,
                 token_id=token_in_use() if actor_id is not None else None, run_at=run_at or clock.now(), lane=lane)
    session().add(queued)
    if ring not in session().work.calls:
        run_after_commit(ring)
    return queued


def find(job_id: int) -> Job | None:
    """The tenant's job with this id."""
    return session().scalars(select(Job).where(Job.id == job_id)).one_or_none()


def forget_finished() -> int:
    """Drop jobs of the tenant in scope done a month ago, and dead ones after half a year; returns how many."""
    begin_write()
    gone = 0
    for status, kept in ((DONE, KEEP_DONE), (FAILED, KEEP_FAILED)):
        old = delete(Job).where(Job.tenant_id == current_scope().tenant_id, Job.status == status,
                                Job.finished_at < clock.now() - kept)
        gone += session().execute(old.execution_options(synchronize_session=False)).rowcount  # type: ignore[attr-defined]
    session().commit()
    return gone
