"""What programs are told of a ledger: its columns and parameters as JSON Schema."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from core.base.i18n import _
from core.plugin import FEN, PERCENT, Col, Filter, Ledger
from core.service import Context
from core.web.api import Variant
from core.web.forms.fields import BIGGEST

from .columns import choices_of, sql_type
from .cursor import LONGEST as LONGEST_CURSOR
from .filters import filters_of, keys_of
from .rows import MOST, USUAL, as_shown, farthest
from .scope import readable
from .state import LONGEST, MOST_VALUES

Json = dict[str, Any]
TYPES: dict[str, Json] = {
    "date": {"type": ["string", "null"], "format": "date"}, "moment": {"type": ["string", "null"], "format": "date-time"},
    "flag": {"type": ["boolean", "null"]}, "number": {"type": ["number", "null"]}, "text": {"type": ["string", "null"]},
}
UNITS = {FEN: "fen", PERCENT: "percent"}


def column_schema(column: Col, ctx: Context) -> Json:
    """JSON Schema of one cell. Codes are not enumerated as a limit: old rows may hold one that is no choice any more."""
    found: Json = dict(TYPES["text"] if as_shown(column) else TYPES.get(sql_type(column.source), {}))
    found["title"] = str(column.label)
    notes = []
    if column.choices is not None:
        notes.append("；".join(f"{value}={label}" for value, (_raw, label) in list(choices_of(column, ctx).items())[:60]))
    if column.mask:
        notes.append(_("已掩码"))
    if column.unit in UNITS and not as_shown(column):
        notes.append(_("单位：%(unit)s", unit=UNITS[column.unit]))
    return found | ({"description": "。".join(notes)} if notes else {})


def row_schema(ledger: Ledger, ctx: Context) -> Json:
    cells = {c.name: column_schema(c, ctx) for c in ledger.columns}
    cells |= {f"{c.name}_id": {"type": ["integer", "null"]} for c in ledger.columns if c.key is not None}
    cells["id"] = {"type": "integer"}
    return {"type": "object", "required": ["id"], "additionalProperties": False, "properties": cells}


def answer_schema(row: Json) -> Json:
    return {"type": "object", "required": ["items", "total", "next"], "additionalProperties": False, "properties": {
        "items": {"type": "array", "maxItems": MOST, "items": row}, "total": {"type": ["integer", "null"], "minimum": 0},
        "next": {"type": ["string", "null"]}}}


def parameters(ledger: Ledger, ctx: Context) -> dict[str, Json]:
    """JSON Schema of each parameter, by name."""
    found: dict[str, Json] = {
        "ind": {"type": "string", "maxLength": 60, "description": _("指标的编号：只要它计入的行")},
        "q": {"type": "string", "maxLength": 60, "description": _("搜索")},
        "sort": {"type": "string", "maxLength": 200, "description": _("最多三列，逗号隔开；倒序在前面加减号")},
        "fields": {"type": "string", "maxLength": LONGEST, "description": _("要哪些列，逗号隔开；不写就是页面上的列")},
        "limit": {"type": "integer", "minimum": 1, "maximum": MOST, "default": USUAL},
        "page": {"type": "integer", "minimum": 1, "maximum": farthest(ledger)},
        "cursor": {"type": "string", "maxLength": LONGEST_CURSOR, "description": _(
            "留空从头开始，以后用上一次的 next（一天内有效）；按编号排列，走完全部行，需要导出权限，会记入操作日志")},
    }
    for item in filters_of(ledger):
        found |= {key: schema | {"title": str(item.label)} for key, schema in _filter(item, ctx)}
    return found


def _filter(item: Filter, ctx: Context) -> Iterator[tuple[str, Json]]:
    keys = keys_of(item)
    if item.kind == "choice":
        yield keys[0], {"type": "array", "maxItems": MOST_VALUES, "items": {"enum": list(choices_of(item, ctx))}}
    elif item.kind == "flag":
        yield keys[0], {"enum": ["0", "1"]}
    elif item.kind == "period":
        yield from ((key, {"type": "string", "format": "date"}) for key in keys[:2])
        yield from ((key, {"enum": ["1"], "description": _("未登记")}) for key in keys[2:])
    elif item.kind in ("number", "org"):
        only = {"enum": ["0", "1"], "description": _("1：不含下级")}
        number = {"type": "integer", "minimum": -BIGGEST, "maximum": BIGGEST}
        yield keys[0], number
        yield keys[1], number if item.kind == "number" else only
    else:
        yield keys[0], {"type": "string", "minLength": 1, "maxLength": 60}


def variants(ctx: Context) -> Iterator[Variant]:
    """One operation per ledger that the reader may open."""
    for ledger in sorted(ctx.plugins.ledgers.values(), key=lambda one: one.name):
        if readable(ledger, ctx):
            ledger = ledger.shaped(ctx)  # noqa: PLW2901
            yield Variant(arguments={"name": ledger.name}, title=str(ledger.title), query=parameters(ledger, ctx),
                          answers=answer_schema(row_schema(ledger, ctx)), note=str(ledger.note or ""))
