"""A ledger for programs: the rows of the page as data. What a page would ignore is refused here, by the name of the parameter.

Two ways through: by pages, in any order, to the row `farthest` says; or with a cursor, in the order of the keys, to the very end.
The cursor walks through everything, as an export does: with the ledger's permission for exports, where that is held, and the
audit says so.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import Any

from sqlalchemy import Row

from core.accounts.services.standing import still_open
from core.base.i18n import _
from core.contracts.errors import Invalid
from core.plugin import BLANK, Col, Ledger
from core.service import Context, service
from core.web.wire import InvalidQuery

from .cells import texts
from .columns import choices_of, sql_type
from .cursor import cursor_after, key_before
from .export import Plan, record_export
from .filters import Args, filters_of, keys_of, read_each
from .query import KEY, conditions_of, count, link_label, load_page, rows_after
from .scope import find_ledger
from .state import State, filter_keys, read_state, tidy

USUAL, MOST = 50, 500           # rows of one answer
FARTHEST = 10_000               # rows that can be reached by pages: of a register that names nobody
NAMED = MOST                    # of one whose export asks for a permission of its own (decision 62)
OWN = ("sort", "fields", "limit", "page", "cursor")
Errors = dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class Rows:
    """One answer. `total` counts all rows that match (pages only); `next` is the cursor of what follows, None at the end."""

    items: list[dict[str, Any]]
    total: int | None = None
    next: str | None = None


@service(None, writes=False)
def read_rows(ctx: Context, name: str, pairs: list[tuple[str, str]]) -> Rows:
    """The rows a query string asks for. Raises NotFound, Forbidden, and InvalidQuery for everything that makes no sense."""
    ledger = find_ledger(ctx, name)
    args = tidy(pairs)
    errors = _errors(ledger, args, ctx)
    if errors:
        raise InvalidQuery(errors)
    last = {key: values[-1] for key, values in args.items()}
    state = read_state(ledger, _for_page(args), ctx)
    state = replace(state, size=int(last.get("limit") or USUAL), page=int(last.get("page") or 1))
    if state.indicator is None and "ind" in last:
        raise InvalidQuery({"ind": [_("没有这个指标")]})
    if "cursor" in last:
        return _walk(state, ctx, args)
    page = load_page(state, ctx)
    write = writer(ledger, state.columns, ctx)
    return Rows([write(row) for row in page.rows] if page.number == state.page else [], page.total)


def as_on_page(ctx: Context, name: str, pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The query string of a list as its page has it, for exports. Raises Invalid on "query" for what makes no sense."""
    ledger, args = find_ledger(ctx, name), tidy(pairs)
    errors = _errors(ledger, args, ctx) | {key: [_("没有这个参数")] for key in args if key in ("limit", "page", "cursor")}
    if errors:
        raise Invalid({"query": [f"{key}: {said}" for key, sentences in errors.items() for said in sentences]})
    return [(key, value) for key, values in _for_page(args).items() for value in values]


def _for_page(args: dict[str, list[str]]) -> dict[str, list[str]]:
    """The query string as the page would have it."""
    found = {key: values for key, values in args.items() if key not in ("limit", "page", "cursor", "fields")}
    return found | ({"cols": args["fields"]} if args.get("fields") else {})


def _walk(state: State, ctx: Context, args: Args) -> Rows:
    """The rows whose keys come after the cursor; the first of them once the audit knows."""
    ledger = state.ledger
    permission = ledger.export or ledger.permission
    key = key_before(ctx, ledger.name, args, args["cursor"][-1])
    ctx.require(permission)
    if key is None:
        total = count(ledger, ctx, *conditions_of(state, ctx), permission=permission, typed=state.typed)
        record_export(still_open(ctx), Plan(state, total, permission), "json", total)
    found = rows_after(state, ctx, key, state.size + 1, permission=permission)
    write = writer(ledger, state.columns, ctx)
    shown = found[:state.size]
    more = cursor_after(ctx, ledger.name, args, getattr(shown[-1], KEY)) if len(found) > state.size else None
    return Rows([write(row) for row in shown], None, more)


# -- what makes no sense
def _errors(ledger: Ledger, args: Args, ctx: Context) -> Errors:
    found: Errors = {}
    known = filter_keys(ledger) | set(OWN)
    found |= {key: [_("没有这个参数")] for key in list(args)[:100] if key not in known}
    found |= {key: [_("没有填写内容")] for key in args if key in known - {"cursor", "q"} and not any(args[key])}
    for item, why in read_each(ledger, args, ctx)[1]:
        found.setdefault(keys_of(item)[0], []).append(why)
    for key, allowed in _words(ledger, ctx):
        if set(args.get(key, ())) - allowed:
            found.setdefault(key, [_("没有这个选项")])
    found |= _wrong_columns(ledger, args) | _wrong_numbers(args, farthest(ledger))
    if "cursor" in args and ({"sort", "page"} & set(args)):
        found["cursor"] = [_("用游标时按编号排列，不能再指定排序和页码。")]
    return found


def _words(ledger: Ledger, ctx: Context) -> Iterator[tuple[str, set[str]]]:
    """Parameters that take nothing but words of a list, and the list."""
    for item in filters_of(ledger):
        if item.kind == "choice":
            yield item.name, set(choices_of(item, ctx))
        for key in keys_of(item):
            if key in (f"{item.name}_only", f"{item.name}_{BLANK}"):
                yield key, {"0", "1"}


def _wrong_columns(ledger: Ledger, args: Args) -> Errors:
    found: Errors = {}
    if args.get("fields"):
        wrong = [name for name in args["fields"][-1].split(",") if ledger.column(name) is None]
        if wrong:
            found["fields"] = [_("没有这一列：%(names)s", names="、".join(wrong)[:200])]
    if args.get("sort"):
        names = args["sort"][-1].split(",")
        columns = [ledger.column(name.removeprefix("-")) for name in names]
        if len(names) > 3 or not all(c is not None and c.source is not None and c.sort for c in columns):
            found["sort"] = [_("最多按三列排序，且必须是可以排序的列；倒序在前面加减号。")]
    return found


def farthest(ledger: Ledger) -> int:
    """The last row that pages lead to. What lies beyond is walked with a cursor: an export, with its permission and its trace."""
    return NAMED if ledger.export else FARTHEST


def _wrong_numbers(args: Args, last: int) -> Errors:
    found: Errors = {}
    numbers = {}
    for key, highest in (("limit", MOST), ("page", last)):
        text = (args.get(key) or [""])[-1]
        numbers[key] = int(text) if text.isascii() and text.isdecimal() and len(text) < 18 else 0
        if key in args and not 1 <= numbers[key] <= highest:
            found[key] = [_("应为 1 到 %(n)s 的整数。", n=highest)]
    if not found and (numbers["limit"] or USUAL) * numbers["page"] > last:
        found["page"] = [_("按页最多取到第 %(n)s 行，更多请用游标。", n=last)]
    return found


# -- rows as data
def writer(ledger: Ledger, columns: tuple[Col, ...], ctx: Context) -> Callable[[Row[Any]], dict[str, Any]]:
    """row -> JSON object: the row's id, each column, and the id of the record a column leads to."""
    cells = [(c.name, _cell(c, ctx)) for c in columns]
    cells += [(f"{c.name}_id", attrgetter(link_label(c))) for c in columns if c.key is not None]

    def write(row: Row[Any]) -> dict[str, Any]:
        return {"id": getattr(row, KEY), **{name: cell(row) for name, cell in cells}}

    return write


def as_shown(column: Col) -> bool:
    """Whether the API says what the page says: a text of the column's own making may hide part of the value."""
    return column.value is not None or column.show is not None


def _cell(column: Col, ctx: Context) -> Callable[[Row[Any]], Any]:
    if as_shown(column):
        shown = texts((column,), ctx)[0]
        return lambda row: shown(row) or None
    value = attrgetter(column.name)
    if sql_type(column.source) == "moment":
        return lambda row: _moment(value(row))
    if sql_type(column.source) == "flag":
        return lambda row: None if value(row) is None else bool(value(row))
    return value


def _moment(value: dt.datetime | None) -> str | None:
    return value.astimezone(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z") if value else None
