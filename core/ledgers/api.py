"""Every ledger as a list: the same rows, columns and filters as its page."""

from __future__ import annotations

from typing import Any

from flask import request

from core.base.i18n import _l
from core.web import SIGNED_IN, ctx
from core.web.api import Api

from . import rows
from .catalogue import groups
from .described import answer_schema, variants

api = Api("ledgers", __name__)
_TEXT = {"type": "string"}
LISTED = {"type": "object", "required": ["items"], "additionalProperties": False, "properties": {"items": {
    "type": "array", "items": {"type": "object", "required": ["name", "title", "group", "columns"], "additionalProperties": False,
                               "properties": {"name": _TEXT, "title": _TEXT, "group": _TEXT,
                                              "columns": {"type": "array", "items": _TEXT}}}}}}


@api.get("", needs=SIGNED_IN, title=_l("可以读取的台账"), answers=LISTED)
def ledgers() -> dict[str, Any]:
    return {"items": [{"name": ledger.name, "title": str(ledger.title), "group": group.label,
                       "columns": [column.name for column in ledger.columns]}
                      for group in groups(ctx()) for ledger in group.ledgers]}


@api.get("/<name>", needs=SIGNED_IN, title=_l("一个台账的行"), open_query=True, answers=answer_schema({"type": "object"}),
         variants=variants)
def ledger(name: str) -> dict[str, Any]:
    found = rows.read_rows(ctx(), name, list(request.args.items(multi=True)))
    return {"items": found.items, "total": found.total, "next": found.next}
