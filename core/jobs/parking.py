"""Jobs put aside until somebody calls for them: no worker looks at them, and they never grow too old."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import select, update

from core.base import clock
from core.base.session import run_after_commit, session

from .models import PARKED, QUEUED, Job, is_parked
from .queue import enqueue, ring

AT_ONCE = 500  # ids in one statement


def park(name: str, payload: dict[str, Any], *, actor_id: int | None = None, lane: int | None = None) -> Job:
    """Write a job down in the running transaction without putting it in the queue."""
    job = enqueue(name, payload, actor_id=actor_id, lane=lane)
    job.status, job.finished_at = PARKED, clock.now()
    return job


def parked(name: str, wanted: Callable[[dict[str, Any]], bool]) -> list[int]:
    """Ids of the parked jobs of this name whose payload is wanted."""
    rows = session().execute(select(Job.id, Job.payload).where(Job.name == name, is_parked)).all()
    return [row.id for row in rows if wanted(row.payload)]


def call_for(name: str, wanted: Callable[[dict[str, Any]], bool]) -> int:
    """Queue, in the running transaction, the parked jobs of this name whose payload is wanted; how many there were.

    Their `run_at` stays what it was, so the oldest go first.
    """
    ids = parked(name, wanted)
    for start in range(0, len(ids), AT_ONCE):
        chosen = update(Job).where(Job.id.in_(ids[start:start + AT_ONCE]), is_parked)
        session().execute(chosen.values(status=QUEUED, finished_at=None).execution_options(synchronize_session=False))
    if ids:
        run_after_commit(ring)
    return len(ids)
