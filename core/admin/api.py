"""Rules for programs: every number from a regulation as it holds for this unit today, with where it comes from."""

from __future__ import annotations

from typing import Any

from core.base.i18n import _l
from core.contracts.errors import NotFound
from core.rules import catalog, rule
from core.web import ctx
from core.web.api import Api

api = Api("admin", __name__, prefix="/rules")
READ = "admin.rule.read"
_TEXT = {"type": "string"}
RULE: dict[str, Any] = {
    "type": "object", "additionalProperties": False,
    "required": ["key", "title", "value", "unit", "source", "effective", "own", "document_no"],
    "properties": {"key": _TEXT, "title": _TEXT, "value": {}, "unit": _TEXT, "source": _TEXT,
                   "effective": {"type": ["string", "null"], "format": "date"}, "own": {"type": "boolean"}, "document_no": _TEXT},
}
RULES = {"type": "object", "required": ["items"], "additionalProperties": False,
         "properties": {"items": {"type": "array", "items": RULE}}}


def _told(key: str) -> dict[str, Any]:
    held = rule(key)
    return {"key": key, "title": str(held.rule.title), "value": held.value, "unit": held.unit, "source": held.source,
            "effective": held.effective, "own": held.overridden_by is not None, "document_no": held.document_no}


@api.get("", needs=READ, title=_l("规则与依据"), answers=RULES)
def rules() -> dict[str, Any]:
    return {"items": [_told(key) for key in sorted(catalog()) if ctx().plugins.active(key, ctx().enabled)]}


@api.get("/<key>", needs=READ, title=_l("一条规则"), answers=RULE)
def one_rule(key: str) -> dict[str, Any]:
    if key not in catalog() or not ctx().plugins.active(key, ctx().enabled):
        raise NotFound(key)
    return _told(key)
