"""Jobs of one lane run one after another, on whatever worker; the first thread of a process takes none of them."""

from __future__ import annotations

import threading
import time

from core.base.session import begin_write, session
from core.jobs.queue import enqueue, job
from core.jobs.runner import Runner

from .conftest import Desk
from .test_at_once import run_until_empty

LANES, EACH = 3, 8


def put(desk: Desk, slug: str, name: str, lane: int | None, count: int = 1) -> None:
    with desk.world.inside(slug):
        begin_write()
        for _ in range(count):
            enqueue(name, {"lane": lane} if name == "tenancy.lane" else {}, lane=lane)
        session().commit()


def test_many_workers_at_once_never_run_two_of_a_lane(busy: Desk) -> None:
    at_work, most, together, guard = {}, {}, [], threading.Lock()

    @job("tenancy.lane")
    def step(ctx: object, running: object, lane: int) -> dict[str, int]:
        with guard:
            at_work[lane] = at_work.get(lane, 0) + 1
            most[lane] = max(most.get(lane, 0), at_work[lane])
            together.append(sum(at_work.values()))
        time.sleep(0.01)
        with guard:
            at_work[lane] -= 1
        return {"lane": lane}

    for lane in range(1, LANES + 1):
        put(busy, "east", "tenancy.lane", lane, EACH)
    workers = [threading.Thread(target=run_until_done, args=(busy, f"w{n}", together)) for n in range(6)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(together) == LANES * EACH, "each ran once"
    assert set(most.values()) == {1} and max(together) > 1, "one of a lane at a time, lanes side by side"


def run_until_done(busy: Desk, name: str, ran: list[int]) -> None:
    """A worker that finds its lane taken looks again, as its loop does."""
    end = time.monotonic() + 30
    while len(ran) < LANES * EACH and time.monotonic() < end:
        run_until_empty(busy, name)
        time.sleep(0.01)


def test_a_lane_whose_worker_died_goes_on_with_the_same_job(desk: Desk) -> None:
    put(desk, "east", "tenancy.note", 5, 2)
    died = desk.runner.claim("dies")
    assert desk.runner.claim("other") is None, "the lane is taken"
    died.update(lease_until=died.now() - died.lease)
    again = desk.runner.claim("other")
    assert again is not None and again.id == died.id
    again.done({})
    assert desk.runner.run_one() and not desk.runner.run_one()


def test_slow_receivers_never_take_the_last_thread(desk: Desk) -> None:
    """Two threads, two lanes that hang: what people wait for is done meanwhile."""
    hold, came = threading.Event(), threading.Semaphore(0)

    @job("tenancy.hang")
    def hang(ctx: object, running: object) -> None:
        came.release()
        hold.wait(20)

    for lane in (1, 2):
        put(desk, "east", "tenancy.hang", lane)
    runner = Runner(desk.world.database, desk.runner.make_context, list, threads=2)
    runner.start()
    try:
        assert came.acquire(timeout=10) and not came.acquire(timeout=0.3)
        put(desk, "east", "tenancy.note", None)
        end = time.monotonic() + 10
        while not desk.seen and time.monotonic() < end:
            time.sleep(0.02)
        assert desk.seen, "the other thread was free"
    finally:
        hold.set()
        runner.stop()
