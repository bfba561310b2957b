"""Limits in seconds: what takes longer is ended where it stands, and what was measured before is kept."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass(eq=False, frozen=True)
class Limit:
    """What may take how long, and since when."""

    name: str
    seconds: float
    began: float = field(default_factory=time.monotonic)

    @property
    def left(self) -> float:
        return self.began + self.seconds - time.monotonic()


class OutOfTime(KeyboardInterrupt):
    """A limit is over. As if somebody had pressed Ctrl-C: nothing in between takes it for an error of its own,
    and the driver takes its statement back."""

    def __init__(self, limit: Limit):
        super().__init__(f"{limit.name}: not done within {limit.seconds:.0f} s")
        self.limit = limit


_open: list[Limit] = []


def _ring(*_signal: object) -> None:
    raise OutOfTime(min(_open, key=lambda limit: limit.left))


def heed() -> None:
    """Raises OutOfTime when a limit is over and its ring was lost: what is raised while Python deletes an object goes nowhere."""
    if _open and (next_one := min(_open, key=lambda limit: limit.left)).left < 0:
        raise OutOfTime(next_one)


def _wind() -> None:
    """The clock rings for whichever open limit ends first."""
    signal.setitimer(signal.ITIMER_REAL, max(0.001, min(limit.left for limit in _open)) if _open else 0)


@contextmanager
def limited(name: str, seconds: float) -> Iterator[Limit]:
    """Raises OutOfTime with this limit inside the block when its seconds are over. Only the main thread is watched."""
    limit = Limit(name, seconds)
    if threading.current_thread() is not threading.main_thread():
        yield limit
        return
    before = signal.signal(signal.SIGALRM, _ring)
    _open.append(limit)
    _wind()
    try:
        yield limit
    finally:
        _open.remove(limit)
        _wind()
        signal.signal(signal.SIGALRM, before)
