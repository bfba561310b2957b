"""What stands above the table: filter controls, chips, tabs, the column chooser, as plain data for the template."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, case, func, true

from core.access.answers import answer
from core.base.i18n import _
from core.plugin import BLANK, Filter
from core.service import Context

from . import units
from .columns import choices_of
from .filters import day_of, filters_of, keys_of
from .models import ME
from .query import BEYOND, conditions_of, matching
from .services import Views
from .state import State, read_state, tidy

INLINE = 3                      # controls beside the search box; the others stand under "more"
INLINE_KINDS = {"org": 0, "choice": 1, "flag": 2}
CHEAP = 2000                    # up to so many rows the other tabs are counted too


@dataclass(frozen=True, slots=True)
class Control:
    """One filter as a form control. options: (value, label, chosen, depth)."""

    name: str
    label: str
    kind: str
    keys: tuple[str, ...]
    values: tuple[str, ...]
    options: tuple[tuple[str, str, bool, int], ...] = ()
    more: bool = False
    unit: str = ""

    @property
    def several(self) -> bool:
        return sum(chosen for _v, _l, chosen, _d in self.options) > 1


def controls(state: State, ctx: Context) -> list[Control]:
    """Every filter of the ledger with what is chosen in it."""
    given: dict[str, list[str]] = {}
    for applied in state.applied:
        for key, value in applied.params:
            given.setdefault(key, []).append(value)
    found = []
    listed = sorted(filters_of(state.ledger), key=lambda f: INLINE_KINDS.get(f.kind, len(INLINE_KINDS)))
    beside_search = {f.name for f in listed[:INLINE] if f.kind in INLINE_KINDS}
    for item in listed:
        beside = item.name in beside_search
        keys = keys_of(item)
        values = tuple(_shown(item, key, given.get(key, [""])[-1], ctx) for key in keys)
        options = tuple(_options(item, given.get(item.name, []), state, ctx))
        found.append(Control(item.name, str(item.label), item.kind, keys, values, options, not beside, item.unit))
    return found


def _shown(item: Filter, key: str, value: str, ctx: Context) -> str:
    """What stands in the input: a date field cannot show the word "today", so it shows the day."""
    date = item.kind == "period" and not key.endswith(BLANK)
    return day_of(value, ctx.today()).isoformat() if value and date else value


def _options(item: Filter, chosen: list[str], state: State, ctx: Context) -> list[tuple[str, str, bool, int]]:
    if item.kind == "choice":
        return [(value, str(label), value in chosen, 0) for value, (_raw, label) in choices_of(item, ctx).items()]
    if item.kind == "flag":
        return [(value, str(text), value in chosen, 0) for value, text in (("1", _("是")), ("0", _("否")))]
    if item.kind != "org":
        return []
    here = next((a.unit for a in state.applied if a.filter is item), None)
    options = [(str(u.id), u.name, str(u.id) in chosen, u.depth) for u in units.offered(ctx, state.ledger.permission, here)]
    if here is not None and not any(on for _v, _l, on, _d in options):
        options.append((str(here.id), here.name, True, 0))
    return options


@dataclass(frozen=True, slots=True)
class Chip:
    """Something that limits the rows: its words, the query string without it, and where it is explained."""

    text: str
    query: str
    explained: str = ""


def chips(state: State) -> list[Chip]:
    """Everything that limits the rows beyond the reader's scope."""
    found = []
    if state.indicator:
        words = _("指标：%(name)s（基数）") if state.part else _("指标：%(name)s")
        text = words % {"name": state.indicator.label}
        found.append(Chip(text, state.query(ind="", view="", page=""), state.indicator.name))
    if state.q:
        found.append(Chip(_("搜索：%(q)s", q=state.q), state.query(q="", view="", page="")))
    found += [Chip(a.text, state.query(without=keys_of(a.filter), view="", page="")) for a in state.applied]
    return found


@dataclass(frozen=True, slots=True)
class Tab:
    """A view: `key` stands in the query string; `saved` when it is somebody's own and can be changed."""

    key: str
    label: str
    current: bool
    count: int | None = None
    saved: Any | None = None


def tabs(state: State, views: Views, ctx: Context, total: int) -> list[Tab]:
    """All, the declared views, the saved ones; the current one with its count, the others where that is cheap."""
    counts = _counts(state, ctx) if total <= CHEAP and not state.narrowed and state.ledger.views else {}
    known = {v.name for v in state.ledger.views} | {str(v.id) for v in views.saved}
    current = state.view if state.view in known else ""
    everything = not current and not state.narrowed
    found = [Tab("", _("全部"), everything, total if everything else None)]
    found += [Tab(v.name, str(v.label), current == v.name, total if current == v.name else counts.get(v.name))
              for v in state.ledger.views]
    for view in views.saved:
        key = str(view.id)
        label = view.name if view.audience == ME else _("%(name)s（共享）", name=view.name)
        found.append(Tab(key, label, current == key, total if current == key else None, view))
    return found


def _counts(state: State, ctx: Context) -> dict[str, int]:
    """Rows of each declared view, in one statement, remembered as the total is."""
    sums: list[Any] = []
    for view in state.ledger.views:
        pairs = [(k, v) for k, value in view.query.items() for v in ([value] if isinstance(value, str) else value)]
        conditions = conditions_of(read_state(state.ledger, tidy(pairs), ctx), ctx)
        sums.append(func.count(case((and_(true(), *conditions), 1))))
    rows = matching(state.ledger, ctx).order_by(None)
    if rows._group_by_clauses or rows._distinct:
        return {}
    found = answer(rows.with_only_columns(*sums, maintain_column_froms=True).execution_options(**BEYOND))
    return {view.name: n for view, n in zip(state.ledger.views, found[0], strict=True)}


def column_choice(state: State) -> list[tuple[str, str, bool, bool]]:
    """(name, label, shown, locked) for the chooser: the shown ones in their order, then the rest. The first declared
    column names the row and stays."""
    shown = {c.name for c in state.columns}
    ordered = [*state.columns, *(c for c in state.ledger.columns if c.name not in shown)]
    first = state.ledger.columns[0].name
    return [(c.name, str(c.label), c.name in shown, c.name == first) for c in ordered]
