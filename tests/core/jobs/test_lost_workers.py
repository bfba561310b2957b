"""Workers that die, hang or are told to stop: the job is run again, once, and never finished by two."""

from __future__ import annotations

import datetime as dt
import threading
import time

import pytest
from sqlalchemy import update

from core.base import clock
from core.base.session import begin_write, session
from core.jobs.models import DONE, FAILED, QUEUED, RUNNING, Job
from core.jobs.running import MOST_CRASHES, Returned

from .conftest import Desk


def lease_ends(desk: Desk, job_id: int) -> None:
    with desk.world.inside("east"):
        begin_write()
        session().execute(update(Job).where(Job.id == job_id).values(lease_until=clock.now() - dt.timedelta(seconds=1))
                          .execution_options(synchronize_session=False))
        session().commit()


def test_job_of_a_dead_worker_is_taken_over_and_the_dead_one_cannot_finish_it(desk: Desk) -> None:
    job_id = desk.put("east", "tenancy.note")
    dead = desk.runner.claim("dead")
    assert dead is not None and desk.runner.claim("other") is None
    lease_ends(desk, job_id)
    assert desk.world.run_jobs() == 1
    assert not dead.update(status=RUNNING, result={"stale": True})
    assert desk.look("east", job_id).status == DONE
    with pytest.raises(Returned):
        dead.tell(60)


def test_a_job_that_kills_its_workers_is_given_up(desk: Desk) -> None:
    job_id = desk.put("east", "tenancy.note")
    for _ in range(MOST_CRASHES + 1):
        assert desk.runner.claim("victim") is not None
        lease_ends(desk, job_id)
    assert desk.world.run_jobs() == 1 and desk.seen == []
    found = desk.look("east", job_id)
    assert found.status == FAILED and "disappeared 6 times" in found.error


def test_progress_takes_crashes_back(desk: Desk) -> None:
    job_id = desk.put("east", "tenancy.note")
    desk.runner.claim("victim")
    lease_ends(desk, job_id)
    again = desk.runner.claim("second")
    assert again.crashes == 1
    again.tell(10)
    assert desk.look("east", job_id).crashes == 0


@pytest.mark.parametrize(("seconds", "tells", "status"), [(0.6, False, DONE), (20, True, QUEUED), (20, False, QUEUED)])
def test_stopping_finishes_or_returns_what_runs(desk: Desk, seconds: float, tells: bool, status: str) -> None:
    """Short work ends; long work that reports progress leaves; work that does not is put back at the end."""
    job_id = desk.put("east", "tenancy.slow", payload={"seconds": seconds, "tells": tells})
    desk.runner.threads = 1
    desk.runner.tick = lambda: 0
    desk.runner.start()
    while desk.look("east", job_id).status != RUNNING:
        time.sleep(0.02)
    began = time.monotonic()
    desk.runner.stop(2)
    assert time.monotonic() - began < 3
    found = desk.look("east", job_id)
    assert (found.status, found.failures, found.crashes) == (status, 0, 0)


def test_the_lease_of_a_long_job_is_kept(desk: Desk) -> None:
    desk.runner.lease = dt.timedelta(seconds=0.6)
    job_id = desk.put("east", "tenancy.slow", payload={"seconds": 1.5, "tells": False})
    worker = threading.Thread(target=desk.runner.run_one, args=("long",))
    worker.start()
    while desk.look("east", job_id).status != RUNNING:
        time.sleep(0.02)
    claims = []
    while worker.is_alive():
        claims.append(desk.runner.claim("thief"))
        time.sleep(0.1)
    assert len(claims) > 5 and set(claims) == {None}
    assert desk.look("east", job_id).status == DONE
