"""How often something may happen: fixed windows counted in Redis, so that all hosts count together; without it in memory,
each process for itself.
"""

from __future__ import annotations

import threading
import time

from core.base import cache
from core.base.scope import current_scope

MOST_KEPT = 50_000


class Windows:
    """Counters of this process, by key; those of past windows are dropped when there are many."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: dict[tuple[str, int], int] = {}

    def add(self, key: str, window: int) -> int:
        with self._lock:
            if len(self._counts) > MOST_KEPT:
                self._counts = {each: n for each, n in self._counts.items() if each[1] == window}
            self._counts[key, window] = found = self._counts.get((key, window), 0) + 1
            return found


_here = Windows()


def charge(kind: str, who: str | int, *, limit: int, seconds: int = 10) -> int:
    """Count one `kind` of `who` in the tenant in scope; seconds to wait when the limit is passed, else 0.

    `limit` 0 switches it off. `who` is an id or a hash, never an address or a name in clear.
    """
    if limit <= 0:
        return 0
    now = time.time()
    window = int(now // seconds)
    found = cache.count(seconds + 1, "limit", kind, who, window)
    if found is None:
        found = _here.add(f"{current_scope().tenant_id}|{kind}|{who}", window)
    return 0 if found <= limit else max(1, round((window + 1) * seconds - now))
