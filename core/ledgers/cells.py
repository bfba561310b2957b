"""From a value to the text of its cell, and from rows to prepared HTML. Writers are built once per page, not per row."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Sequence
from operator import attrgetter, itemgetter
from typing import Any

from flask import current_app, url_for
from markupsafe import Markup, escape
from sqlalchemy import Row

from core.base.clock import SHANGHAI
from core.base.i18n import _
from core.plugin import FEN, PERCENT, Col, Ledger
from core.service import Context

from .columns import labels_of, sql_type
from .query import KEY, link_label
from .wording import enumerated

Text = Callable[[Row[Any]], str]
Get = Callable[[str], Callable[[Row[Any]], Any]]    # name of a column of the row -> what reads it
SENTINEL = 77777777
_special = re.compile(r"[&<>'\"]").search
SHORT = 12          # characters, as `Col.width` counts them


def yuan(fen: int) -> str:
    """12345 -> 123.45."""
    sign, rest = ("-", -fen) if fen < 0 else ("", fen)
    return f"{sign}{rest // 100}.{rest % 100:02d}"


def plain(value: Any) -> str:
    """The text of a value whose column says nothing about it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, dt.datetime):
        return value.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return enumerated(plain(v) for v in value)
    return str(value)


def shower(column: Col, ctx: Context) -> Callable[[Any], str]:
    """The function that turns this column's values into text: choices, then `show`, then unit, then type."""
    if column.choices is not None:
        labels = labels_of(column, ctx)
        return lambda value: "" if value is None else labels.get(value, str(value))
    if column.show is not None:
        show = column.show
        return lambda value: plain(show(value))
    if column.unit == FEN:
        return lambda value: "" if value is None else yuan(value)
    if column.unit == PERCENT:
        return lambda value: "" if value is None else f"{round(float(value), 1):g}%"
    kind = sql_type(column.source)
    if kind == "date":
        return lambda value: value.isoformat() if value else ""
    return (lambda value: value or "") if kind == "text" else plain


def texts(columns: Iterable[Col], ctx: Context) -> list[Text]:
    """One function per column: row -> text."""
    return [_text(column, ctx) for column in columns]


def by_place(rows: Sequence[Row[Any]]) -> Get:
    """Reads rows of one statement by the places of their columns: asked by name a row takes eight times as long."""
    places = {name: place for place, name in enumerate(rows[0]._fields)} if rows else {}
    return lambda name: itemgetter(places[name]) if name in places else attrgetter(name)


def _text(column: Col, ctx: Context, get: Get = attrgetter) -> Text:
    if column.value is not None:
        compute = column.value
        return lambda row: plain(compute(row, ctx))
    show, value = shower(column, ctx), get(column.name)
    return lambda row: show(value(row))


def address_of(endpoint: str) -> tuple[str, str] | None:
    """The address of a record's page around its id, or None when no such page is mounted."""
    rules = current_app.url_map._rules_by_endpoint.get(endpoint)
    if not rules:
        return None
    argument = next(iter(rules[0].arguments), None)
    if argument is None:
        return None
    before, _mark, after = url_for(endpoint, **{argument: SENTINEL}).partition(str(SENTINEL))
    return before, after


def title_at(columns: tuple[Col, ...]) -> int:
    """Place of the column that is the title of the card on a phone: the first that says a name, no date and no figure."""
    named = (n for n, c in enumerate(columns) if not _figure(c) and c.choices is None)
    return next(named, 0)


def _figure(column: Col) -> bool:
    """Whether the text of the column is a date, a number or yes and no: says nothing to a reader without its heading."""
    return column.align == "end" or sql_type(column.source) in ("date", "moment", "number", "flag")


def css_of(columns: tuple[Col, ...]) -> list[str]:
    """Classes of each column's cells: the first stays in sight; on a phone one is the title of the card, the others flow
    below.

    Dates, numbers and what the declaration calls short stand on one line: a name broken in two is hard to read.
    """
    title = title_at(columns)
    return [_css(column, index, index == title) for index, column in enumerate(columns)]


def _css(column: Col, index: int, title: bool) -> str:
    figure = _figure(column)
    whole = column.width <= SHORT or figure or bool(column.mask)
    place = ["c-stick" if title else "c-pin"] if index == 0 else []
    place += (["c-head"] if index else []) if title else ["c-inl", *(["c-lab"] if figure else [])]
    sides = (("nw", whole or index == 0), ("r", column.align == "end"), (f"p{column.priority}", column.priority > 1))
    return " ".join(place + [name for name, holds in sides if holds])


def row_writer(ledger: Ledger, columns: tuple[Col, ...], classes: Iterable[str], ctx: Context, *,
               pick: bool, get: Get = attrgetter) -> Callable[[Row[Any], int], Markup]:
    """(row, number) -> one `<tr>` with the classes of `css_of`; `pick` puts a check box in front."""
    cells = [_cell(ledger, column, css, column is columns[0], ctx, get) for column, css in zip(columns, classes, strict=True)]
    numbered, choose = ledger.numbered, escape(_("选择"))

    def write(row: Row[Any], number: int) -> Markup:
        parts = ['<tr class="has-chk">' if pick else "<tr>"]
        if pick:
            parts.append(f'<td class="c-chk"><input class="form-check-input js-row" type="checkbox" name="ids" form="bulk" '
                         f'value="{escape(getattr(row, KEY))}" aria-label="{choose} {number}"></td>')
        if numbered:
            parts.append(f'<td class="r c-hide c-no">{number}</td>')
        parts += [cell(row) for cell in cells]
        parts.append("</tr>")
        return Markup("".join(parts))

    return write


def _cell(ledger: Ledger, column: Col, css: str, first: bool, ctx: Context, get: Get) -> Callable[[Row[Any]], str]:
    link = _link(ledger, column, first, get)
    start, middle = f'<td class="{css}', f'" data-l="{escape(column.label)}">'
    if column.value is None and column.warn is None and link is None:
        return _told_by_value(column, f"{start}{middle}", ctx, get)
    text, tones, warn, value = _text(column, ctx, get), column.tones, column.warn, get(column.name)

    def write(row: Row[Any]) -> str:
        shown = _escaped(text(row))
        if shown and tones is not None:
            shown = f'<span class="g-tag {tones.get(value(row), "mute")}">{shown}</span>'
        if link is not None:
            shown = link(row, shown)
        late = " c-warn" if warn is not None and warn(row, ctx) else ""
        return f"{start}{late}{middle}{shown}</td>"

    return write


def _told_by_value(column: Col, opening: str, ctx: Context, get: Get) -> Callable[[Row[Any]], str]:
    """The cells of a column that look at nothing but their value: many of a page are equal, and written once."""
    show, tones, value = shower(column, ctx), column.tones, get(column.name)
    known: dict[Any, str] = {}

    def draw(given: Any) -> str:
        shown = _escaped(show(given))
        if shown and tones is not None:
            shown = f'<span class="g-tag {tones.get(given, "mute")}">{shown}</span>'
        return f"{opening}{shown}</td>"

    def write(row: Row[Any]) -> str:
        given = value(row)
        try:
            found = known.get(given)
        except TypeError:                       # a list or an object of JSON
            return draw(given)
        if found is None:
            found = known[given] = draw(given)
        return found

    return write


def _escaped(text: str) -> str:
    """As `escape`, faster for what needs none: nearly all cells."""
    return str(escape(text)) if _special(text) else text


def _link(ledger: Ledger, column: Col, first: bool, get: Get) -> Callable[[Row[Any], str], str] | None:
    """Wraps a cell in the link to its record's page."""
    endpoint = column.opens or (ledger.opens if first else None)
    around = address_of(endpoint) if endpoint else None
    if around is None:
        return None
    before, after = escape(around[0]), escape(around[1])
    key = get(link_label(column) if column.key is not None else KEY)
    name = ' class="g-name"' if first else ""

    def wrap(row: Row[Any], shown: str) -> str:
        record = key(row)
        return shown if record is None or not shown else f'<a{name} href="{before}{_escaped(str(record))}{after}">{shown}</a>'

    return wrap
