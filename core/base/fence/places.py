"""Bulk statements and the reader's subtrees: what a statement says it will write must lie in them.

The filter of layer 1 limits which rows an UPDATE or DELETE finds; here stands where rows may come to lie. A flush
is judged by the write wall, which knows the whole row.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import BindParameter, Table
from sqlalchemy.orm import ORMExecuteState

from core.base.refusals import CrossSubtree
from core.base.scope import Scope


def judge_places(state: ORMExecuteState, scope: Scope) -> None:
    """Raises CrossSubtree when an INSERT or UPDATE would put a row outside the subtrees.

    An UPDATE is judged by the paths it sets alone, each of which must lie inside; what only the database can
    compute counts as outside.
    """
    statement: Any = state.statement
    table = getattr(statement, "table", None)
    if not isinstance(table, Table) or not (paths := table.info.get("scope_paths")):
        return
    for row in _rows(state, statement):
        if state.is_insert:
            inside = any(_covered(scope, row.get(path)) for path in paths)
        else:
            inside = all(_covered(scope, row[path]) for path in paths if path in row)
        if not inside:
            raise CrossSubtree(f"{table.name}: a row outside {scope.subtrees}")


def _covered(scope: Scope, value: Any) -> bool:
    if isinstance(value, BindParameter):
        value = value.effective_value
    return isinstance(value, str) and scope.covers(value)


def _rows(state: ORMExecuteState, statement: Any) -> Iterator[dict[str, Any]]:
    """The values a statement sets, row by row, by column name; an INSERT from a SELECT has one row of none."""
    fixed = _named(statement._values or {})
    for batch in getattr(statement, "_multi_values", ()):
        yield from (fixed | _named(row) for row in batch)
    if getattr(statement, "_multi_values", ()):
        return
    given: Any = state.parameters or {}
    for row in given if isinstance(given, list | tuple) else [given]:
        yield fixed | _named(row)


def _named(values: Mapping[Any, Any]) -> dict[str, Any]:
    return {getattr(column, "key", column): value for column, value in values.items()}
