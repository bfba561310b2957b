"""Putting a tenant's rows back to what they were: the probe posts forms that work."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import Table, and_, delete, event, insert, update
from sqlalchemy.engine import Engine
from sqlalchemy.exc import IntegrityError
from sqlalchemy.sql import ColumnElement

from core.base.keys import TENANT
from core.base.session import begin_write, session

from .canaries import COUNTERS, Content, content, tenant_tables

_WRITES = re.compile(r'\s*(?:INSERT INTO|UPDATE|DELETE FROM)\s+"?(\w+)', re.IGNORECASE)
ROUNDS = 6


class Writes:
    """The tables written through an engine since the last look; most requests write none, and cost no comparison."""

    def __init__(self, engine: Engine):
        self.engine, self.tables = engine, set[str]()
        event.listen(engine, "before_cursor_execute", self._note)

    def _note(self, _conn: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if found := _WRITES.match(statement):
            self.tables.add(found.group(1))

    def taken(self) -> frozenset[str]:
        """The tables, forgotten from now on."""
        found, self.tables = frozenset(self.tables), set()
        return found

    def stop(self) -> None:
        event.remove(self.engine, "before_cursor_execute", self._note)


def restore(tenant_id: int, wanted: Content, only: frozenset[str] | None = None) -> None:
    """Make the rows of the tenant in scope those of `wanted`, in the named tables (None: in all).

    Rows refer to each other in any direction, so each step is tried until the others have made it possible.
    """
    have = content(tenant_id, only)
    changed = [t for t in tenant_tables() if t.name in have and t.name not in COUNTERS and have[t.name] != wanted[t.name]]
    if not changed:
        return
    begin_write()
    waiting = [step for table in changed for step in _steps(table, have, wanted, tenant_id)]
    for _round in range(ROUNDS):
        waiting = [step for step in waiting if not _done(step)]
    for step in waiting:
        step()
    session().commit()


def _done(step: Callable[[], Any]) -> bool:
    try:
        with session().begin_nested():
            step()
    except IntegrityError:
        return False
    return True


def _steps(table: Table, have: Content, wanted: Content, tenant_id: int) -> Iterator[Callable[[], Any]]:
    here, there = have[table.name], wanted[table.name]
    for key, row in there.items():
        if key not in here:
            yield lambda row=row: session().execute(insert(table).values(**row))  # type: ignore[misc]
        elif here[key] != row:
            values = {name: value for name, value in row.items() if here[key][name] != value}
            yield lambda k=key, v=values: session().execute(update(table).where(_is(table, k, tenant_id)).values(**v))  # type: ignore[misc]
    for key in here.keys() - there.keys():
        yield lambda k=key: session().execute(delete(table).where(_is(table, k, tenant_id)))  # type: ignore[misc]


def _is(table: Table, key: tuple[object, ...], tenant_id: int) -> ColumnElement[bool]:
    named = dict(zip([c.name for c in table.primary_key.columns], key, strict=True))
    return and_(table.c[TENANT] == tenant_id, *(table.c[name] == value for name, value in named.items() if name != TENANT))
