"""When is a tenant table anchored? The reasoning of the compile guard, apart from the compiler.

A table of a FROM list is anchored by an AND-ed `table.tenant_id = :value`, or by equality with the tenant
column of a table that is. OR, IN, inequality, a literal in the SQL and the wrong side of an outer join anchor
nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy.sql import elements, operators, selectable
from sqlalchemy.sql.elements import BinaryExpression, BindParameter, ColumnElement, Grouping, TextClause

from core.base.fence.registry import Registry

Leaf = tuple[Any, str, list[Any]]  # a table or alias, the table's name, the conjuncts that may anchor it


def conjuncts(clauses: Iterable[Any]) -> Iterator[Any]:
    """The clauses that must all hold, nested ANDs and brackets opened."""
    for clause in clauses:
        while isinstance(clause, Grouping):
            clause = clause.element
        if isinstance(clause, elements.ExpressionClauseList) and clause.operator is operators.and_:
            yield from conjuncts(clause.clauses)
        else:
            yield clause


def same(selected: Any) -> Any:
    """What stays equal of a FROM element across the copies and annotations that the ORM makes of it."""
    return selected._de_clone() if hasattr(selected, "_de_clone") else selected


class Anchors:
    """Checks one FROM list with its WHERE; collects the binds that anchor and the first problem found."""

    def __init__(self, registry: Registry) -> None:
        self.registry = registry
        self.binds: set[BindParameter[Any]] = set()
        self.tables: set[str] = set()
        self.problem: str | None = None

    def check(self, froms: Iterable[Any], where: Iterable[Any]) -> None:
        leaves: list[Leaf] = []
        conditions = list(conjuncts(where))
        for element in froms:
            self._walk(element, conditions, leaves)
        self.tables = {name for _, name, _ in leaves}
        for name in self.tables - self.registry.known:
            self._complain(f"unknown relation {name!r}")
        guarded = [leaf for leaf in leaves if leaf[1] in self.registry.tenant]
        anchored = self._spread(*self._direct(guarded))
        missing = sorted(name for element, name, _ in guarded if same(element) not in anchored)
        if missing:
            self._complain(f"no tenant predicate for {missing}")

    def _complain(self, problem: str) -> None:
        self.problem = self.problem or problem

    def _walk(self, element: Any, conditions: list[Any], leaves: list[Leaf]) -> None:
        """Collect the tables below a FROM element. An outer join's ON anchors only the side it may drop."""
        if isinstance(element, selectable.Join):
            on = [] if element.onclause is None else list(conjuncts([element.onclause]))
            left, right = conditions + on, conditions + on
            if element.full:
                left, right = [], []
            elif element.isouter:
                left = conditions
            self._walk(element.left, left, leaves)
            self._walk(element.right, right, leaves)
        elif isinstance(element, selectable.FromGrouping):
            self._walk(element.element, conditions, leaves)
        elif isinstance(element, selectable.TableClause):
            leaves.append((element, element.name, conditions))
        elif isinstance(element, selectable.Subquery | selectable.CTE | selectable.Lateral):
            return  # compiled, and checked, as a select of its own
        elif isinstance(element, selectable.Values | selectable.TableValuedAlias | TextClause):
            return  # no table in it; text is searched for names by the compiler
        elif isinstance(element, selectable.AliasedReturnsRows):
            self._alias(element, conditions, leaves)
        else:
            self._complain(f"cannot judge {type(element).__name__} in FROM")

    def _alias(self, alias: Any, conditions: list[Any], leaves: list[Leaf]) -> None:
        inner = alias.element
        while isinstance(inner, selectable.AliasedReturnsRows):
            inner = inner.element
        if isinstance(inner, selectable.TableClause):
            leaves.append((alias, inner.name, conditions))
        elif not isinstance(inner, selectable.SelectBase):  # a select is checked by itself
            self._complain(f"alias of {type(inner).__name__}")

    def is_tenant_column(self, expression: Any) -> bool:
        """A column that comes, in every arm of a union, from the tenant column of a tenant table."""
        while isinstance(expression, Grouping):
            expression = expression.element
        if not isinstance(expression, elements.ColumnClause) or expression.table is None:
            return False
        bases = expression.base_columns
        return bool(bases) and all(self._is_base(column) for column in bases)

    def _is_base(self, column: ColumnElement[Any]) -> bool:
        if not isinstance(column, elements.ColumnClause):
            return False
        name = getattr(column.table, "name", None)
        return name is not None and self.registry.tenant.get(name) == column.name

    def _direct(self, guarded: list[Leaf]) -> tuple[set[Any], list[tuple[Any, Any]]]:
        """The tables anchored by a value or from outside, and the equalities among the others."""
        here = {same(element) for element, _, _ in guarded}
        anchored: set[Any] = set()
        edges: list[tuple[Any, Any]] = []
        for element, _, conditions in guarded:
            key = same(element)
            for other in self._equals(key, conditions):
                if isinstance(other, BindParameter):
                    self.binds.add(other)
                    anchored.add(key)
                elif self.is_tenant_column(other) and (there := same(other.table)) != key:
                    if there in here:
                        edges.append((there, key))
                    else:  # an enclosing FROM or a subquery, checked by itself
                        anchored.add(key)
        return anchored, edges

    def _equals(self, key: Any, conditions: list[Any]) -> Iterator[Any]:
        """What the tenant column of `key` must be equal to."""
        for condition in conditions:
            if not isinstance(condition, BinaryExpression) or condition.operator is not operators.eq:
                continue
            for column, other in (
                (condition.left, condition.right),
                (condition.right, condition.left),
            ):
                if self.is_tenant_column(column) and same(column.table) == key:
                    yield _bare(other)

    @staticmethod
    def _spread(anchored: set[Any], edges: list[tuple[Any, Any]]) -> set[Any]:
        """Follow equalities from anchored tables until nothing is added."""
        grown = True
        while grown:
            before = len(anchored)
            anchored |= {to for start, to in edges if start in anchored}
            grown = len(anchored) > before
        return anchored


def _bare(expression: Any) -> Any:
    while True:
        if isinstance(expression, Grouping):
            expression = expression.element
        elif isinstance(expression, elements.Cast | elements.TypeCoerce):
            expression = expression.clause
        else:
            return expression
