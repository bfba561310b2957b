"""From a state to statements: columns only, never entities; the fence adds the tenant, this adds scope and filters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Integer, Row, Select, bindparam, case, func, select

from core.access.answers import answer
from core.base.session import session
from core.plugin import Col, Indicator, Ledger
from core.service import Context

from . import kept
from .columns import FULL, labels_of, nullable, sibling
from .counting import lean
from .scope import BEYOND, scope_condition
from .search import search_condition
from .state import OVER, State

KEY, MANY, BEFORE = "row_key", "rows_of_page", "rows_before"
MOST_WORDS = 200        # longer lists are sorted by their codes


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of one page, and how many there are in all."""

    rows: list[Row[Any]]
    total: int
    number: int


def link_label(column: Col) -> str:
    return f"{column.name}_key"


def matching(ledger: Ledger, ctx: Context, *conditions: ColumnElement[bool] | None, permission: str = "") -> Select[Any]:
    """The declared rows inside the reader's scope for `permission`, with further conditions; the columns come later."""
    rows = ledger.rows(ctx) if callable(ledger.rows) else ledger.rows
    wanted = [c for c in (scope_condition(ledger, ctx, permission), *conditions) if c is not None]
    return rows.where(*wanted) if wanted else rows


def conditions_of(state: State, ctx: Context) -> list[ColumnElement[bool]]:
    """Filters, search and indicator of a state."""
    found = [a.condition for a in state.applied]
    if state.q:
        found.append(search_condition(state.ledger, state.q, ctx))
    if state.indicator:
        over, hit = measured(state.indicator, ctx)
        found += [c for c in (over, None if state.part == OVER else hit) if c is not None]
    return found


def measured(indicator: Indicator, ctx: Context) -> tuple[ColumnElement[bool] | None, ColumnElement[bool] | None]:
    """(which rows are looked at, which of them count); None is every row."""
    over = indicator.over(ctx) if indicator.over else None
    return over, indicator.where(ctx) if indicator.where else None


def selected(state: State, ctx: Context, columns: tuple[Col, ...] | None = None) -> list[Any]:
    """The key, the columns shown and what they need: computed cells and warnings may read every column of the row."""
    shown = state.columns if columns is None else columns
    whole = any(c.value or c.warn for c in shown)
    wanted = state.ledger.columns if whole else shown
    found = [state.ledger.key.label(KEY)]
    found += [c.source.label(c.name) for c in wanted if c.source is not None]
    found += [(c.key(ctx) if callable(c.key) else c.key).label(link_label(c)) for c in shown if c.key is not None]
    return found


def order_by(state: State, ctx: Context) -> list[Any]:
    """The chosen order (names by pinyin, words of a list as the list has them, empty values last), then the key, so that
    pages never overlap.
    """
    clauses = []
    for column, descending in state.order:
        for source in _sorted_by(column, ctx):
            clause = source.desc() if descending else source.asc()
            clauses.append(clause.nulls_last() if nullable(source) else clause)
    return [*clauses, state.ledger.key]


def _sorted_by(column: Col, ctx: Context) -> list[Any]:
    if column.order is not None:
        return [column.order]
    if column.choices is not None:
        places = {code: place for place, code in enumerate(labels_of(column, ctx))}
        return [case(places, value=column.source)] if 0 < len(places) <= MOST_WORDS else [column.source]
    spoken = sibling(column.source, FULL)
    return [column.source] if spoken is None else [spoken, column.source]


def statement(state: State, ctx: Context, columns: tuple[Col, ...] | None = None, *, permission: str = "") -> Select[Any]:
    """All rows of a state in order."""
    return _ordered(state, ctx, matching(state.ledger, ctx, *conditions_of(state, ctx), permission=permission), columns)


def _ordered(state: State, ctx: Context, rows: Select[Any], columns: tuple[Col, ...] | None = None) -> Select[Any]:
    rows = rows.with_only_columns(*selected(state, ctx, columns), maintain_column_froms=True)
    if state.order:                     # else the declaration's own order, if it has one
        rows = rows.order_by(None)
    return rows.order_by(*order_by(state, ctx)).execution_options(**BEYOND)


def counting(ledger: Ledger, ctx: Context, *conditions: ColumnElement[bool] | None, permission: str = "") -> Select[Any]:
    """The statement that says how many rows match."""
    rows = matching(ledger, ctx, *conditions, permission=permission).order_by(None)
    if rows._group_by_clauses or rows._distinct:
        inner = rows.with_only_columns(ledger.key.label(KEY), maintain_column_froms=True).subquery()
        counted = select(func.count()).select_from(inner)
    else:
        counted = lean(rows).with_only_columns(func.count(), maintain_column_froms=True)
    return counted.execution_options(**BEYOND)


def count(ledger: Ledger, ctx: Context, *conditions: ColumnElement[bool] | None, permission: str = "",
          typed: bool = False) -> int:
    """How many rows match, in one statement; what was `typed` stands in the conditions and is kept nowhere."""
    return _number(counting(ledger, ctx, *conditions, permission=permission), typed)


def _number(counted: Select[Any], typed: bool) -> int:
    total: int = (session().execute(counted).all() if typed else answer(counted))[0][0]
    return total


def load_page(state: State, ctx: Context) -> Page:
    """One page in at most three statements; a page behind the last one is the last one."""
    conditions, plain = conditions_of(state, ctx), kept.plain(state, ctx)
    wanted = kept.statement(plain, "rows", lambda: _part(state, ctx, conditions))

    def part(before: int) -> list[Row[Any]]:
        return list(session().execute(wanted, {MANY: state.size, BEFORE: before}))

    offset = (state.page - 1) * state.size
    rows = part(offset) if offset < 10**8 else []
    if rows and len(rows) < state.size:
        return Page(rows, offset + len(rows), state.page)
    total = 0
    if rows or offset:
        total = _number(kept.statement(plain, "total", lambda: counting(state.ledger, ctx, *conditions)), state.typed)
    last = max(1, -(-total // state.size))
    if state.page <= last:
        return Page(rows, total, state.page)
    return Page(part((last - 1) * state.size), total, last)


def _part(state: State, ctx: Context, conditions: Sequence[ColumnElement[bool]]) -> Select[Any]:
    """The statement of MANY rows after those BEFORE. Where the joins only name things, the keys come first and the names
    after, for those rows only."""
    order = order_by(state, ctx)
    rows = matching(state.ledger, ctx, *conditions)
    bare = lean(rows, order) if state.order else rows
    many, before = bindparam(MANY, type_=Integer), bindparam(BEFORE, type_=Integer)
    if bare is rows:
        return _ordered(state, ctx, rows).limit(many).offset(before)
    return _named(state, ctx, bare.order_by(None).order_by(*order).limit(many).offset(before), order)


def _named(state: State, ctx: Context, bare: Select[Any], order: list[Any], permission: str = "") -> Select[Any]:
    """The statement of the rows behind one that finds their keys, in the same order; one statement with the other inside."""
    ledger = state.ledger
    keys = bare.with_only_columns(ledger.key, maintain_column_froms=True).correlate(None)
    named = matching(ledger, ctx, ledger.key.in_(keys), permission=permission)
    named = named.with_only_columns(*selected(state, ctx), maintain_column_froms=True).order_by(None).order_by(*order)
    return named.execution_options(**BEYOND)


def rows_after(state: State, ctx: Context, key: int | None, many: int, *, permission: str) -> list[Row[Any]]:
    """At most `many` rows in the order of their keys, from after this one on (None: from the first)."""
    ledger = state.ledger
    rows = matching(ledger, ctx, *conditions_of(state, ctx), None if key is None else ledger.key > key, permission=permission)
    bare = lean(rows, [ledger.key])
    if bare is not rows:
        return list(session().execute(_named(state, ctx, bare.order_by(ledger.key).limit(many), [ledger.key], permission)))
    wanted = rows.with_only_columns(*selected(state, ctx), maintain_column_froms=True).order_by(None).order_by(ledger.key)
    return list(session().execute(wanted.limit(many).execution_options(**BEYOND)))


def every_row(state: State, ctx: Context, columns: tuple[Col, ...], *, permission: str = "",
              limit: int | None = None) -> Iterator[Row[Any]]:
    """All rows of a state (at most `limit`) in bounded memory, for print and export."""
    wanted = statement(state, ctx, columns, permission=permission).limit(limit).execution_options(yield_per=1000)
    yield from session().execute(wanted)
