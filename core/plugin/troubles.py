"""Hooks that raised, since somebody last wrote them down: what the operators see per module (core.admin.platform.troubles)."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from core.base.traces import trace_text

LONGEST = 600


@dataclass(frozen=True, slots=True)
class Trouble:
    """How often a hook of a module raised, and where it broke last (no message that may name a person)."""

    module: str
    hook: str
    count: int
    place: str


_waiting: dict[tuple[str, str], tuple[int, str]] = {}
_lock = threading.Lock()


def note(module: str, hook: str, error: BaseException) -> None:
    """Remember one failure in this process. Never raises."""
    place = trace_text(error)[-LONGEST:]
    with _lock:
        count, _place = _waiting.get((module, hook), (0, ""))
        _waiting[module, hook] = count + 1, place


def waiting() -> bool:
    return bool(_waiting)


def take() -> list[Trouble]:
    """What was not written down yet; it is forgotten here."""
    with _lock:
        taken = [Trouble(module, hook, count, place) for (module, hook), (count, place) in _waiting.items()]
        _waiting.clear()
    return taken
