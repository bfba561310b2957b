"""A ledger as an official sheet of paper: the same rows, columns and order as the list."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup, escape

from core.plugin import Col, Ledger
from core.service import Context, service

from .cells import texts
from .columns import sql_type
from .controls import chips
from .query import conditions_of, count, every_row
from .services import open_ledger
from .state import State
from .totals import Totals
from .units import own_name
from .wording import sentences

MOST = 5000       # more rows than this nobody prints; they are exported


@dataclass(frozen=True, slots=True)
class Sheet:
    """What stands on the paper; `cut` is MOST when there were more rows, else 0; `total` counts all of them."""

    state: State
    ledger: Ledger
    columns: tuple[Col, ...]
    rows: list[Markup]
    cut: int
    total: int
    narrowed: str
    unit: str


def filter_words(state: State) -> str:
    """What limits the rows, in words, for paper, workbook and audit."""
    return sentences(chip.text for chip in chips(state))


@service(None, writes=False)
def read_sheet(ctx: Context, name: str, pairs: list[tuple[str, str]]) -> Sheet:
    """The sheet for a query string, all pages of it."""
    state, _views = open_ledger(ctx, name, pairs)
    ledger, columns = state.ledger, state.columns
    cells = texts(columns, ctx)
    classes = [_css(column) for column in columns]
    rows: list[Markup] = []
    totals = Totals(columns)
    for number, row in enumerate(every_row(state, ctx, columns, limit=MOST + 1), 1):
        first = f"<td>{number}</td>" if ledger.numbered else ""
        body = "".join(f"<td{css}>{escape(text(row))}</td>" for css, text in zip(classes, cells, strict=True))
        rows.append(Markup(f"<tr>{first}{body}</tr>"))
        totals.add(row)
    cut = MOST if len(rows) > MOST else 0
    total = count(ledger, ctx, *conditions_of(state, ctx)) if cut else len(rows)
    if rows and not cut and (sums := totals.texts()):
        first = "<td></td>" if ledger.numbered else ""
        body = "".join(f"<td{css}>{escape(text)}</td>" for css, text in zip(classes, sums, strict=True))
        rows.append(Markup(f"<tr>{first}{body}</tr>"))
    return Sheet(state, ledger, columns, rows[:MOST] if cut else rows, cut, total, filter_words(state),
                 own_name(ctx, ledger.permission))


def _css(column: Col) -> str:
    if column.align == "end":
        return ' class="r"'
    if sql_type(column.source) in ("date", "moment") or column.mask:
        return ' class="nw"'
    return ' class="l"' if column.width > 16 else ""
