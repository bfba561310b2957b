"""What happens to a webhook at one moment from several sides: on PostgreSQL (`--engine=postgres`) only its rows are locked."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from core.contracts.errors import Conflict
from core.webhooks import deliveries, services
from core.webhooks.models import DELIVERED, FAILED

from .conftest import Desk
from .test_lanes import workers
from .test_waiting import changed, tidied, update

ROUNDS = 6


def at_once(*calls: Callable[[], object]) -> None:
    """Begin them at the same moment. Raises what one of them raised."""
    gate = threading.Barrier(len(calls))

    def run(call: Callable[[], object]) -> None:
        gate.wait(10)
        call()

    with ThreadPoolExecutor(len(calls)) as pool:
        for done in [pool.submit(run, call) for call in calls]:
            done.result(30)


def often(act: Callable[[], object]) -> Callable[[], None]:
    def run() -> None:
        for _ in range(ROUNDS):
            with suppress(Conflict):
                act()

    return run


def test_a_webhook_removed_while_changes_are_told_fails_none_of_them(desk: Desk) -> None:
    for _ in range(ROUNDS):
        hook_id, _secret = desk.make(name="short")

        def remove(number: int = hook_id) -> None:
            with desk.world.inside("east") as ctx:
                services.remove_hook(ctx, number)

        at_once(lambda: desk.tell(1), lambda: desk.tell(2), remove)
    assert len([row for row in desk.rows() if row.hook_id == desk.hook_id]) == 2 * ROUNDS


def test_paused_resumed_changed_and_told_at_once_nothing_is_lost_or_sent_twice(desk: Desk) -> None:
    told = iter(range(1000))
    at_once(often(lambda: desk.tell(next(told))), often(lambda: desk.tell(next(told))),
            often(lambda: desk.act(services.pause_hook)), often(lambda: desk.act(services.resume_hook)),
            often(lambda: desk.act(services.update_hook, name="other")), lambda: [one.join() for one in workers(desk, 2)])
    with suppress(Conflict):
        desk.act(services.resume_hook)
    desk.world.run_jobs()
    tidied(desk)                        # what was put aside while somebody resumed it
    desk.world.run_jobs()
    rows = desk.rows()
    assert len(rows) == 2 * ROUNDS and {row.state for row in rows} == {DELIVERED}
    assert sorted(desk.receiver.ids()) == sorted(f"msg_{row.id}" for row in rows)


def test_two_who_send_again_what_failed_send_it_once(desk: Desk) -> None:
    desk.tell(*range(4))
    desk.world.run_jobs()
    first = desk.rows()[0]
    changed(desk, update(type(first)).values(state=FAILED))
    desk.receiver.arrived.clear()
    again = lambda: desk.act(deliveries.replay_failed, since=first.at)      # noqa: E731
    at_once(again, again, lambda: [one.join() for one in workers(desk, 2)])
    desk.world.run_jobs()
    assert sorted(desk.receiver.ids()) == sorted(f"msg_{row.id}" for row in desk.rows())
