"""How the database answers the slow statements of a page: each is explained where it runs, with its own parameters."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import event

from bench.frame.ground import Ground

LONGEST, MOST_STEPS = 200, 8    # characters of a statement, steps of its plan that are shown


@dataclass(frozen=True)
class Slow:
    """A statement, the milliseconds it took, and the steps of its plan from the top down."""

    sql: str
    ms: float
    steps: tuple[str, ...]

    @property
    def kind(self) -> str:
        """What is alike in statements that differ in their lists and conditions: the tables they read."""
        return " ".join(sorted(set(re.findall(r"(?:FROM|JOIN) (\w+)", self.sql)))) + str("GROUP BY" in self.sql)

    def __str__(self) -> str:
        short = re.sub(r"SELECT .*? FROM", "SELECT … FROM", " ".join(self.sql.split()), count=1)
        return f"{self.ms:.0f} ms, `{short[:LONGEST]}`: {' ← '.join(self.steps)}"


def slow_statements(ground: Ground, least_ms: float, ask: Callable[[], object]) -> list[Slow]:
    """The statements sent by `ask` that take at least so long, explained in the same transaction."""
    found: list[Slow] = []

    def began(_conn: Any, _cursor: Any, _sql: str, _parameters: Any, context: Any, _many: bool) -> None:
        context.bench_began = time.perf_counter()

    def ended(conn: Any, _cursor: Any, sql: str, parameters: Any, context: Any, many: bool) -> None:
        ms = 1000 * (time.perf_counter() - context.bench_began)
        if ms >= least_ms and not many and sql.lstrip().upper().startswith(("SELECT", "WITH")):
            found.append(Slow(sql, ms, _explained(conn, sql, parameters, bool(ground.server))))

    engine = ground.world.database.engine
    event.listen(engine, "before_cursor_execute", began)
    event.listen(engine, "after_cursor_execute", ended)
    try:
        ask()
    finally:
        event.remove(engine, "before_cursor_execute", began)
        event.remove(engine, "after_cursor_execute", ended)
    return found


def _explained(conn: Any, sql: str, parameters: Any, postgres: bool) -> tuple[str, ...]:
    cursor = conn.connection.cursor()
    cursor.execute(("EXPLAIN (ANALYZE, TIMING OFF) " if postgres else "EXPLAIN QUERY PLAN ") + sql, parameters)
    rows = cursor.fetchall()
    if not postgres:
        return tuple(row[3] for row in rows)
    nodes = [row[0].strip().removeprefix("->").strip() for row in rows]
    steps = [f"{re.sub(r'  [(]cost=.*', '', node)} ({_rows(node)})" for node in nodes if "(cost=" in node]
    return tuple(steps[:MOST_STEPS]) + ((f"{len(steps) - MOST_STEPS} more",) if len(steps) > MOST_STEPS else ())


def _rows(node: str) -> str:
    told = re.search(r"actual rows=(\d+)(?:\.\d+)? loops=(\d+)", node)
    return f"{int(told[1]):,}" + (f" × {told[2]}" if told[2] != "1" else "") if told else "not run"
