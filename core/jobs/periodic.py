"""Work nobody asks for: one row per task, slot and tenant, however many processes tick."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from core.base import clock
from core.base.engine import Database
from core.base.ids import new_id
from core.base.scope import PLATFORM, system_scope
from core.base.session import begin_write, session

from .models import QUEUED, Job
from .queue import TASKS, Task, ring

NIGHT = dt.timedelta(hours=17)  # daily slots begin at 01:00 in China (17:00 UTC)
SPREAD = 24  # a slot's jobs start over the first 1/24 of it: the first hour of a day, the first minutes of an hour
Tenants = Callable[[], Iterable[tuple[int, Callable[[str], bool]]]]


def slot_of(task: Task, now: dt.datetime) -> tuple[int, dt.datetime]:
    """Number and beginning of the slot this moment lies in."""
    assert task.every is not None
    length, shift = int(task.every.total_seconds()), int(NIGHT.total_seconds())
    number = (int(now.timestamp()) - shift) // length
    return number, dt.datetime.fromtimestamp(number * length + shift, dt.UTC)


def start_of(task: Task, tenant_id: int, begins: dt.datetime) -> dt.datetime:
    """When a tenant's job of this slot starts: each tenant at its own minute, the same every day, so that three thousand
    tenants are not worked for all at once.
    """
    assert task.every is not None
    share = hashlib.sha256(f"{task.name}|{tenant_id}".encode()).digest()[0] / 256
    return begins + task.every / SPREAD * share


class Ticker:
    """Puts the periodic jobs of the running slots into the queue; remembers what it has put there.

    `spread` False lets all start at once (tests).
    """

    def __init__(self, database: Database, tenants: Tenants, spread: bool = True):
        self.database, self.tenants, self.spread = database, tenants, spread
        self._done: dict[str, tuple[int, dt.datetime]] = {}

    def tick(self) -> int:
        """Queue what is missing; how many jobs are new. New tenants and modules join within ten minutes."""
        now = clock.now()
        waiting = [(task, *slot_of(task, now)) for task in TASKS.values() if task.every]
        waiting = [each for each in waiting if not self._ticked(each[0], each[1], now)]
        if not waiting:
            return 0
        tenants = list(self.tenants())
        made = sum(self._fill(task, number, begins, tenants) for task, number, begins in waiting)
        self._done |= {task.name: (number, now) for task, number, _ in waiting}
        if made:
            ring()
        return made

    def _ticked(self, task: Task, number: int, now: dt.datetime) -> bool:
        done, when = self._done.get(task.name, (None, now))
        return done == number and abs(now - when) < dt.timedelta(minutes=10)

    def _fill(self, task: Task, number: int, begins: dt.datetime, tenants: list[tuple[int, Callable[[str], bool]]]) -> int:
        """One statement to see who has the slot's job, one to give it to the others."""
        key = f"every:{task.name}:{number}"
        with self.database.use(), system_scope("jobs: periodic work"):
            have = set(session().scalars(select(Job.tenant_id).where(Job.dedup_key == key)))
            rows = [_row(task, tenant_id, key, start_of(task, tenant_id, begins) if self.spread else begins)
                    for tenant_id, active in tenants if tenant_id not in have and active(task.name)
                    and (tenant_id == PLATFORM or not task.platform_only)]
            if rows:
                begin_write()
                insert = sqlite.insert if self.database.is_sqlite else postgresql.insert
                session().connection().execute(insert(Job.__table__).on_conflict_do_nothing(), rows)
                session().commit()
        return len(rows)


def _row(task: Task, tenant_id: int, key: str, starts: dt.datetime) -> dict[str, Any]:
    return {"tenant_id": tenant_id, "id": new_id(), "name": task.name, "payload": {}, "status": QUEUED, "priority": -1,
            "run_at": starts, "attempts": 0, "failures": 0, "crashes": 0, "progress": 0,
            "message": "", "dedup_key": key, "created_at": clock.now(), "version": 1}
