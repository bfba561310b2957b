"""Everything one list page shows, read in a handful of statements."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import Any

from flask import current_app, url_for
from markupsafe import Markup

from core.plugin import Action, Col, Ledger
from core.service import Context, service

from .cells import by_place, css_of, row_writer
from .controls import Chip, Control, Tab, chips, column_choice, controls, tabs
from .kept import once
from .query import load_page
from .search import searchable
from .services import SHARE, open_ledger
from .state import State


@dataclass(frozen=True, slots=True)
class Head:
    """A column head: where a click leads, and how the list is sorted by it now ("" | ascending | descending)."""

    label: str
    css: str
    query: str
    sorted: str


@dataclass(frozen=True, slots=True)
class Listing:
    """The list page of one ledger for one reader."""

    state: State
    rows: list[Markup]
    total: int
    number: int
    heads: list[Head]
    tabs: list[Tab]
    tab: Tab | None
    controls: tuple[Control, ...]
    chips: list[Chip]
    columns: tuple[tuple[str, str, bool, bool], ...]
    actions: list[Action]
    bulk: list[Action]
    searchable: str
    may_export: bool
    may_share: bool
    roles: list[tuple[int, str]]
    import_url: str

    @property
    def more(self) -> int:
        """Filters in force that are hidden under "more"."""
        return sum(1 for c in self.controls if c.more and any(c.values))

    @property
    def filter_key(self) -> Hashable:
        """All that the filter form is drawn from; None where something was typed, which is kept nowhere."""
        state = self.state
        told = state.ledger.name, str(state.ledger.title), self.searchable, self.controls, state.ordered, state.chosen
        return None if state.typed else ("ledgers.filter", told)


@service(None, writes=False)
def read_listing(ctx: Context, name: str, pairs: list[tuple[str, str]], size: int = 0) -> Listing:
    """The page for a query string. Raises NotFound and Forbidden, and nothing for a strange query string."""
    state, views = open_ledger(ctx, name, pairs, size)
    ledger, page, columns = state.ledger, load_page(state, ctx), state.columns
    bulk = offered(ledger.bulk, ctx)
    classes = once(("classes", ledger, tuple(column.name for column in columns)), lambda: css_of(columns))
    write = row_writer(ledger, columns, classes, ctx, pick=bool(bulk), get=by_place(page.rows))
    first = (page.number - 1) * state.size + 1
    listed = tabs(state, views, ctx, page.total)
    return Listing(
        state, [write(row, first + i) for i, row in enumerate(page.rows)], page.total, page.number,
        heads=[head(state, column, css) for column, css in zip(columns, classes, strict=True)],
        tabs=listed, tab=next((t for t in listed if t.current and t.saved), None),
        controls=tuple(controls(state, ctx)), chips=chips(state), columns=tuple(column_choice(state)),
        actions=offered(ledger.actions, ctx), bulk=bulk, searchable=searchable(ledger),
        may_export=ctx.may(ledger.export or ledger.permission), may_share=ctx.may(SHARE),
        roles=list({grant.role_id: grant.role for grant in ctx.grants}.items()), import_url=_import_url(ledger, ctx),
    )


def _import_url(ledger: Ledger, ctx: Context) -> str:
    """Where the matching sheet is taken in, when there is such a page and the actor may; else ""."""
    kind = ctx.plugins.import_kinds.get(ledger.imports or "")
    if kind is None or not ctx.may(kind.permission) or "imports.new" not in current_app.view_functions:
        return ""
    return url_for("imports.new", kind=kind.name)


def offered(actions: Iterable[Action], ctx: Context) -> list[Action]:
    """Buttons the actor may press and whose page is mounted here (tests/contract names those that never are)."""
    return [a for a in actions if ctx.may(a.permission) and a.endpoint in current_app.view_functions]


def head(state: State, column: Col, css: str) -> Head:
    """The head of a column; clicking sorts by it, clicking again turns the order round."""
    now: Any = next((down for c, down in state.order[:1] if c.name == column.name), None)
    sortable = column.source is not None and column.sort
    query = state.query(sort=column.name if now is not False else f"-{column.name}", page="") if sortable else ""
    css = " ".join(name for name in css.split() if name not in ("c-inl", "c-lab", "c-head"))
    return Head(str(column.label), css, query, "" if now is None else "descending" if now else "ascending")
