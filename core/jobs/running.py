"""A claimed job in the hands of a worker: progress, lease, and the four ways it can end.

Every change is fenced by worker and attempt: who lost the lease can neither finish the job nor report on it.
"""

from __future__ import annotations

import datetime as dt
import logging
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import update
from sqlalchemy.exc import SQLAlchemyError

from core.base import clock
from core.base.engine import Database
from core.base.scope import tenant_scope
from core.base.session import begin_write, session
from core.base.traces import trace_text

from .models import DONE, FAILED, QUEUED, Job

log = logging.getLogger("juheli.jobs")
LEASE = dt.timedelta(seconds=60)
LONGEST_PAUSE = dt.timedelta(hours=1)
MOST_CRASHES = 5
PATIENCE = (0.2, 0.5, 1, 2, 4, 8)  # seconds between attempts to write an end down while the database is away


class Returned(BaseException):
    """Raised by `tell` when the process must stop or the lease is lost. Not an Exception: no job may swallow it."""


def pause_after(failures: int) -> dt.timedelta:
    """How long a job rests after its n-th failure: 4 s, 16 s, 64 s … at most an hour, each ± half, so that what failed
    together does not come back together.
    """
    return min(dt.timedelta(seconds=4**failures), LONGEST_PAUSE) * (0.5 + random.random())


@dataclass(slots=True)
class Running:
    """Handle given to a running job."""

    database: Database
    tenant_id: int
    id: int
    worker: str
    attempt: int
    name: str = ""
    failures: int = 0
    crashes: int = 0
    must_stop: Callable[[], bool] = field(default=lambda: False)
    now: Callable[[], dt.datetime] = clock.now
    lease: dt.timedelta = LEASE

    def update(self, **values: Any) -> bool:
        """Change the row if it is still ours; whether it was."""
        with self.database.use(), tenant_scope(self.tenant_id):
            begin_write()
            statement = update(Job).where(Job.id == self.id, Job.worker == self.worker, Job.attempts == self.attempt)
            done = session().execute(statement.values(**values).execution_options(synchronize_session=False))
            session().commit()
            return bool(done.rowcount == 1)  # type: ignore[attr-defined]

    def tell(self, percent: int, message: str = "") -> None:
        """Report progress (0-100) and renew the lease. Call it outside a writing transaction of your own.

        Raises Returned when the process is stopping or somebody else has the job by now: leave without writing more.
        """
        ours = self.update(progress=max(0, min(100, percent)), message=message[:200], crashes=0,
                           lease_until=self.now() + self.lease)
        if not ours or self.must_stop():
            raise Returned

    def renew(self) -> None:
        """Keep the lease. A database that is away for a moment is tried again at the next beat."""
        try:
            self.update(lease_until=self.now() + self.lease)
        except SQLAlchemyError as error:
            log.warning("lease of job %s not renewed: %s", self.id, trace_text(error))

    # -- ends
    def done(self, result: dict[str, Any] | None) -> None:
        self._end(status=DONE, progress=100, result=result or {}, error=None, lease_until=None, finished_at=clock.now())

    def failed(self, error: BaseException, retries: int) -> None:
        """Try again later, or give up where operators can see it."""
        text, failures = trace_text(error)[-2000:], self.failures + 1
        if failures <= retries:
            self._end(status=QUEUED, run_at=clock.now() + pause_after(failures), failures=failures, error=text, lease_until=None)
        else:
            self._end(status=FAILED, failures=failures, error=text, lease_until=None, finished_at=clock.now())

    def crashed(self) -> None:
        """Its worker disappeared too often: a job that kills its process must not take all of them down."""
        self._end(status=FAILED, error=f"the worker disappeared {self.crashes} times while this job ran", lease_until=None,
                  finished_at=clock.now())

    def give_back(self, later: dt.timedelta = dt.timedelta()) -> None:
        """Put it back, for another worker or another time; it counts as no failure."""
        self._end(status=QUEUED, run_at=clock.now() + later, worker=None, lease_until=None)

    def postponed(self, later: dt.timedelta) -> None:
        """It went well as far as it came, and asks for another time: what failed before is forgotten."""
        self._end(status=QUEUED, run_at=clock.now() + later, worker=None, lease_until=None, failures=0, crashes=0)

    def _end(self, **values: Any) -> None:
        """Write the end down, patiently. When that fails the lease runs out and the job is run again."""
        for pause in PATIENCE:
            try:
                self.update(**values)
                return
            except SQLAlchemyError as error:
                log.warning("end of job %s not written yet: %s", self.id, trace_text(error))
                time.sleep(pause)
