"""Indicators for programs: the figure, what it was counted from, and where its rows are."""

from __future__ import annotations

from typing import Any

from core.base.i18n import _l
from core.web import SIGNED_IN, ctx
from core.web.api import Api

from . import services
from .engine import Value
from .report_api import report_api

__all__ = ["api", "report_api"]

api = Api("indicators", __name__)
_TEXT = {"type": "string"}
FIGURE: dict[str, Any] = {
    "name": _TEXT, "title": _TEXT, "definition": _TEXT, "unit": _TEXT, "version": {"type": "integer"},
    "value": {"type": ["number", "null"]}, "amount": {"type": "integer"}, "base": {"type": ["integer", "null"]},
    "ledger": _TEXT,
}
CURVE = {"points": {"type": "array", "items": {
    "type": "object", "required": ["month", "value"], "additionalProperties": False,
    "properties": {"month": _TEXT, "value": {"type": ["number", "null"]}}}}}


def _of(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "required": list(properties), "additionalProperties": False, "properties": properties}


def _figure(value: Value) -> dict[str, Any]:
    """`value` as people read it (percent 0–100, money in yuan); its rows are those of `ledger` with `ind=<name>`."""
    found = value.indicator
    return {"name": found.name, "title": str(found.label), "definition": str(found.definition), "unit": found.unit,
            "version": found.version, "value": value.number, "amount": value.amount, "base": value.base, "ledger": found.of}


@api.get("", needs=SIGNED_IN, title=_l("全部指标的当前值"), answers=_of({"items": {"type": "array", "items": _of(FIGURE)}}),
         note=_l("明细在台账里，参数 ind 写指标的编号"))
def indicators() -> dict[str, Any]:
    return {"items": [_figure(value) for value in services.read_list(ctx())]}


@api.get("/<name>", needs=SIGNED_IN, title=_l("一项指标和每月的值"), answers=_of({**FIGURE, **CURVE}))
def indicator(name: str) -> dict[str, Any]:
    shown = services.read_indicator(ctx(), name)
    return _figure(shown.value) | {"points": [{"month": point.month, "value": point.value.number} for point in shown.points]}
