"""Counting statements: how many and how long, per request or job, and a word about each slow one."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Engine, ExceptionContext

from core.base.scope import current_frame

log = logging.getLogger("juheli.slow")
SLOW_MS = 500.0
LONGEST_SQL = 600


@dataclass(slots=True)
class Tally:
    """Statements sent meanwhile and the milliseconds they took; `where` names the page or job in the slow-query log."""

    where: str = ""
    queries: int = 0
    ms: float = 0.0


_current: ContextVar[Tally | None] = ContextVar("juheli_tally", default=None)


@contextmanager
def tallied(where: str = "") -> Iterator[Tally]:
    """Count the statements of the block."""
    found = Tally(where)
    token = _current.set(found)
    try:
        yield found
    finally:
        _current.reset(token)


def install(engine: Engine, slow_ms: float = SLOW_MS) -> None:
    """Measure every statement of the engine."""

    def begin(_conn: Any, _cursor: Any, _sql: str, _parameters: Any, context: Any, _many: bool) -> None:
        context.juheli_began = time.perf_counter()

    def end(_conn: Any, _cursor: Any, sql: str, _parameters: Any, context: Any, _many: bool) -> None:
        ms = (time.perf_counter() - getattr(context, "juheli_began", time.perf_counter())) * 1000
        tally = _current.get()
        if tally is not None:
            tally.queries += 1
            tally.ms += ms
        if ms >= slow_ms:
            _tell(sql, ms, tally.where if tally else "")

    def failed(error: ExceptionContext) -> None:
        context = error.execution_context
        if context is not None and hasattr(context, "juheli_began"):       # the slowest of all run into their time-out
            end(None, None, error.statement or "", None, context, False)

    event.listen(engine, "handle_error", failed)
    event.listen(engine, "before_cursor_execute", begin)
    event.listen(engine, "after_cursor_execute", end)


def _tell(sql: str, ms: float, where: str) -> None:
    """The statement with its placeholders, never its values."""
    frame = current_frame()
    tenant_id = frame.scope.tenant_id if frame else None
    log.warning("slow query", extra={"tenant_id": tenant_id, "ms": round(ms, 1), "where": where,
                                     "sql": " ".join(sql.split())[:LONGEST_SQL]})
