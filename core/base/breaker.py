"""Leaving a service alone for a while after it failed, so that its trouble costs one short wait and not one per request."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

REST = 5.0


class Breaker:
    """Closed: calls go through. After a failure open for `rest` seconds; then one caller at a time tries again."""

    def __init__(self, rest: float = REST, clock: Callable[[], float] = time.monotonic):
        self.rest, self.clock = rest, clock
        self.failures = 0
        self._lock = threading.Lock()
        self._open_until = 0.0
        self._open = False

    @property
    def is_open(self) -> bool:
        """Whether the last call failed and nothing has succeeded since."""
        return self._open

    def may(self) -> bool:
        """Whether to call now. After the rest exactly one caller is let through; the others wait for how it fares."""
        if not self._open:
            return True
        with self._lock:
            if self.clock() < self._open_until:
                return False
            self._open_until = self.clock() + self.rest
            return True

    def failed(self) -> None:
        with self._lock:
            self.failures += 1
            self._open, self._open_until = True, self.clock() + self.rest

    def worked(self) -> None:
        self._open = False
