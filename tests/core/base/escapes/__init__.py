"""Ways past the fence, found by experiment. Each is a function of a tenant's session that tries to see or to change
rows of tenant 2; it is written as the mistake or the trick would be written in real code.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

Attempt = Callable[[Session], Any]
ROOMS = ("entities", "loads", "subqueries", "tables", "texts", "bulk_writes", "flushes", "no_scope")
SECRET = "secret2"


@dataclass(frozen=True)
class Escape:
    """`kind`: read (the result discloses), write (tenant 2's rows change), unscoped (tried without a tenant)."""

    name: str
    kind: str
    attempt: Attempt


_found: list[Escape] = []


def escape(kind: str) -> Callable[[Attempt], Attempt]:
    """Register an experiment."""

    def register(attempt: Attempt) -> Attempt:
        _found.append(Escape(attempt.__name__, kind, attempt))
        return attempt

    return register


reads, writes, unscoped = escape("read"), escape("write"), escape("unscoped")


def all_escapes() -> list[Escape]:
    """Every experiment of every room."""
    for room in ROOMS:
        importlib.import_module(f"{__name__}.{room}")
    return list(_found)


def beyond(count: int | None, own: int) -> str:
    """A count that includes rows of others gives them away."""
    return SECRET if (count or 0) > own else ""
