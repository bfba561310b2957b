"""The bell that other processes and hosts hear: a Redis list. It only shortens the wait; the queue is the database."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from core.base.breaker import REST
from core.base.cache import Cache, cache, global_key

from .queue import bells, wake

if TYPE_CHECKING:
    import redis

LONGEST = 5  # seconds of one wait for the bell
MOST = 100  # rings kept while nobody listens


def ring_all() -> None:
    """One ring wakes one listening process, as one job needs one worker."""

    def push(client: redis.Redis) -> None:
        line = client.pipeline(transaction=False)
        line.lpush(global_key("bell"), "1")
        line.ltrim(global_key("bell"), 0, MOST - 1)
        line.execute()

    cache().call(push)


if ring_all not in bells:
    bells.append(ring_all)


def listen(url: str, stopping: threading.Event) -> None:
    """Wake this process's job threads at every ring, until `stopping`; while Redis is away they poll as always."""
    line = Cache(url, wait=LONGEST + 1)
    while not stopping.is_set():
        rung = line.listen(global_key("bell"), LONGEST)
        if rung:
            wake.set()
        elif rung is None:
            stopping.wait(REST)
    line.close()
