"""Taking the next due job of any tenant, with a lease; safe from any number of threads, processes and hosts.

A job with a lane waits while another of its lane runs: at a dead worker's until that job itself was taken up again.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, literal, not_, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import aliased

from core.base import clock
from core.base.engine import Database
from core.base.scope import system_scope
from core.base.session import begin_write, session

from .models import QUEUED, RUNNING, Job, is_open
from .running import LEASE, Running


class DatabaseClock:
    """Leases are compared by many hosts, so they are told in the database's time: ours plus the difference last measured.

    On SQLite there is one host; its difference stays zero.
    """

    def __init__(self, database: Database):
        self.database, self.ahead = database, dt.timedelta()

    def measure(self) -> None:
        """Ask the database for the time (PostgreSQL only). Half the round trip is the error: milliseconds."""
        if self.database.is_sqlite:
            return
        with self.database.use(), system_scope("jobs: clock"):
            before = clock.now()
            there = session().scalar(select(func.clock_timestamp()))
            after = clock.now()
        self.ahead = there - (before + (after - before) / 2)

    def now(self) -> dt.datetime:
        return clock.now() + self.ahead


def due(now: dt.datetime) -> ColumnElement[bool]:
    """Waiting and due, or running with a lease that has ended."""
    return and_(is_open, or_(and_(Job.status == QUEUED, Job.run_at <= now),
                             and_(Job.status == RUNNING, Job.lease_until < now)))


def takeable(now: dt.datetime, lanes: bool) -> ColumnElement[bool]:
    """Due, and no other job of its lane runs. Without `lanes` only jobs that have none."""
    if not lanes:
        return and_(due(now), Job.lane.is_(None))
    other = aliased(Job)
    before = select(other.id).where(other.tenant_id == Job.tenant_id, other.lane == Job.lane,
                                    other.status == literal(RUNNING, literal_execute=True)).exists()
    return and_(due(now), or_(Job.lane.is_(None), Job.status == RUNNING, not_(before)))


def _next(now: dt.datetime, lanes: bool) -> Select[Any]:
    """The due job to take: by priority, then from the tenant that has fewest running, then the oldest."""
    busy = (select(Job.tenant_id, func.count().label("running")).where(is_open, Job.status == RUNNING, Job.lease_until >= now)
            .group_by(Job.tenant_id).subquery())
    return (select(Job.tenant_id, Job.id, Job.name, Job.status, Job.failures, Job.crashes)
            .outerjoin(busy, busy.c.tenant_id == Job.tenant_id).where(takeable(now, lanes))
            .order_by(Job.priority.desc(), func.coalesce(busy.c.running, 0), Job.run_at, Job.id).limit(1)
            .with_for_update(of=Job, skip_locked=True))


def claim(database: Database, worker: str, time: DatabaseClock, lease: dt.timedelta = LEASE, lanes: bool = True,
          ) -> Running | None:
    """The job taken, or None; `lanes`: also one that waits for others.

    Looks first without a lock: most looks find nothing, and SQLite has one writer.
    """
    now = time.now()
    with database.use(), system_scope("jobs: claim"):
        if session().execute(select(Job.id).where(takeable(now, lanes)).limit(1)).first() is None:
            return None
        try:
            return _taken(database, worker, time, now, lease, lanes)
        except IntegrityError:          # another worker took one of the same lane at this moment
            session().rollback()
            return None


def _taken(database: Database, worker: str, time: DatabaseClock, now: dt.datetime, lease: dt.timedelta, lanes: bool,
           ) -> Running | None:
    """Raises IntegrityError when two take of one lane at once."""
    begin_write()
    row = session().execute(_next(now, lanes)).one_or_none()
    if row is None:
        return None
    crashes = row.crashes + (row.status == RUNNING)
    attempt = session().scalar(
        update(Job).where(Job.tenant_id == row.tenant_id, Job.id == row.id)
        .values(status=RUNNING, worker=worker, attempts=Job.attempts + 1, crashes=crashes, lease_until=now + lease)
        .returning(Job.attempts).execution_options(synchronize_session=False))
    session().commit()
    return Running(database, row.tenant_id, row.id, worker, attempt, row.name, row.failures, crashes, now=time.now, lease=lease)
