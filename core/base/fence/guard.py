"""Layer 3: the compile guard. Every compiled statement carries a verdict; the statement cache keeps both.

Nothing is raised here: a statement compiled only to be printed is harmless. Layer 4 reads the verdict.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import MetaData
from sqlalchemy.engine import Engine
from sqlalchemy.sql import dml, elements, selectable
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import BindParameter

from core.base.fence.anchors import Anchors
from core.base.fence.registry import Registry

_HARMLESS_OPERATOR = re.compile(
    r"[^\w\s();'\"]{1,4}|IS( NOT)?|I?LIKE|REGEXP|GLOB|COLLATE|OVERLAPS", re.IGNORECASE
)


@dataclass(slots=True)
class Verdict:
    """What the guard found out about one compiled statement."""

    touches: bool = False  # a tenant or platform table is in it
    raw: bool = False  # it is text as a whole
    problem: str | None = None  # why no tenant may run it
    platform: str | None = None  # a platform table, or a write to reference data
    binds: set[BindParameter[Any]] = field(default_factory=set)
    inserts: dict[str, int] = field(default_factory=dict)  # tenant table -> value rows in the statement
    names: list[str] | None = None  # the anchoring parameters by name, filled at the first execution

    def complain(self, problem: str) -> None:
        self.problem = self.problem or problem


class Guard(SQLCompiler):
    """Mixed in before the dialect's own statement compiler."""

    registry: Registry

    def __init__(self, *args: Any, **kw: Any) -> None:
        self.verdict = Verdict()
        self.registry.refresh()
        super().__init__(*args, **kw)

    def _judge(self, froms: Any, where: Any) -> None:
        anchors = Anchors(self.registry)
        anchors.check(froms, where)
        verdict = self.verdict
        verdict.binds |= anchors.binds
        verdict.touches |= not anchors.tables.isdisjoint(self.registry.tenant)
        for name in anchors.tables & self.registry.platform:
            verdict.platform, verdict.touches = name, True
        if anchors.problem:
            verdict.complain(anchors.problem)

    def _compose_select_body(
        self,
        text: Any,
        select: Any,
        compile_state: Any,
        inner_columns: Any,
        froms: Any,
        byfrom: Any,
        toplevel: Any,
        kwargs: Any,
    ) -> Any:
        body = super()._compose_select_body(
            text, select, compile_state, inner_columns, froms, byfrom, toplevel, kwargs
        )
        self._judge(froms, select._where_criteria)
        if select._statement_hints or select._hints:
            self.verdict.complain("hints are text SQL")
        return body

    # ------------------------------------------------------------------ writing statements
    def visit_insert(self, insert_stmt: Any, *args: Any, **kw: Any) -> Any:
        nested = bool(self.stack)
        sql = super().visit_insert(insert_stmt, *args, **kw)
        if self._target(insert_stmt, nested):
            state: Any = self.dml_compile_state
            self._insert(state.statement)
        return sql

    def visit_update(self, update_stmt: Any, *args: Any, **kw: Any) -> Any:
        nested = bool(self.stack)
        sql = super().visit_update(update_stmt, *args, **kw)
        if self._target(update_stmt, nested):
            self._change()
        return sql

    def visit_delete(self, delete_stmt: Any, *args: Any, **kw: Any) -> Any:
        nested = bool(self.stack)
        sql = super().visit_delete(delete_stmt, *args, **kw)
        if self._target(delete_stmt, nested):
            self._change()
        return sql

    def _target(self, statement: Any, nested: bool) -> bool:
        """Note what table is written; True when the statement itself is still to be judged."""
        name = _table_name(statement.table)
        verdict = self.verdict
        if name not in self.registry.known:
            verdict.complain(f"unknown relation {name!r}")
        elif name not in self.registry.tenant:  # platform, or reference data that tenants only read
            verdict.platform, verdict.touches = name, True
        elif nested:
            verdict.touches = True
            verdict.complain("a data-modifying CTE on a tenant table")
        return not nested

    def _insert(self, statement: dml.Insert) -> None:
        name = _table_name(statement.table)
        column = self.registry.tenant.get(name)
        if column is None:
            return
        self.verdict.touches = True
        if statement.select is not None:
            self._insert_select(statement, column)
        else:
            rows = sum(len(batch) for batch in statement._multi_values)
            self.verdict.inserts[name] = max(rows, 1)
        clause = statement._post_values_clause
        changed = dict(getattr(clause, "update_values_to_set", None) or ())
        if column in {getattr(key, "name", key) for key in changed}:
            self.verdict.complain(f"an upsert that sets {column}")

    def _insert_select(self, statement: dml.Insert, column: str) -> None:
        names = [getattr(c, "name", c) for c in statement._select_names or ()]
        value: Any = None
        if column in names and isinstance(statement.select, selectable.Select):
            value = list(statement.select.selected_columns)[names.index(column)]
        while isinstance(value, elements.Label):
            value = value.element
        if isinstance(value, BindParameter):
            self.verdict.binds.add(value)
        elif value is None or not Anchors(self.registry).is_tenant_column(value):
            self.verdict.complain(f"INSERT .. SELECT without an anchored {column}")

    def _change(self) -> None:
        state: Any = self.dml_compile_state
        statement = state.statement
        self._judge([statement.table, *getattr(state, "_extra_froms", ())], statement._where_criteria)
        column = self.registry.tenant.get(_table_name(statement.table))
        if column and isinstance(statement, dml.Update):
            changed = {getattr(key, "name", key) for key in (state._dict_parameters or {})}
            if column in changed or column in (self.column_keys or ()):
                self.verdict.complain(f"an UPDATE of {column}")

    # ------------------------------------------------------------------ text inside statements
    def visit_textclause(self, textclause: Any, *args: Any, **kw: Any) -> Any:
        if not self.stack:
            self.verdict.raw = True
        self._search(textclause.text)
        return super().visit_textclause(textclause, *args, **kw)

    def visit_textual_select(self, taf: Any, *args: Any, **kw: Any) -> Any:
        self._search(taf.element.text)
        return super().visit_textual_select(taf, *args, **kw)

    def visit_column(self, column: Any, *args: Any, **kw: Any) -> Any:
        if column.is_literal:
            self._search(column.name)
        return super().visit_column(column, *args, **kw)

    def visit_custom_op_binary(self, element: Any, operator: Any, **kw: Any) -> Any:
        if not _HARMLESS_OPERATOR.fullmatch(operator.opstring.strip()):
            self.verdict.complain(f"custom operator {operator.opstring!r}")
        return super().visit_custom_op_binary(element, operator, **kw)

    def _search(self, text: str) -> None:
        found = self.registry.in_text.search(text)
        if found:
            self.verdict.touches = True
            self.verdict.complain(f"SQL text names the table {found.group(1)!r}")


def _table_name(table: Any) -> str:
    inner = table
    while isinstance(inner, selectable.AliasedReturnsRows):
        inner = inner.element
    return inner.name if isinstance(inner, selectable.TableClause) else "?"


def install_guard(engine: Engine, metadata: MetaData) -> None:
    """Put the guard before the engine's own statement compiler."""
    own = engine.dialect.statement_compiler
    guarded = type(f"Guarded{own.__name__}", (Guard, own), {"registry": Registry(metadata).refresh()})
    engine.dialect.statement_compiler = guarded
