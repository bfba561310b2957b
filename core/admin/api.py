"""Rules for programs: every number from a regulation as it holds for this unit today, with where it comes from."""

from __future__ import annotations

from typing import Any

from core.base.i18n import _l
from core.contracts.errors import NotFound
from core.rules import catalog, rule
from core.service import Context
from core.web import ctx
from core.web.api import TEXT, Api, items_of, told
from core.web.resource import act

from .api_settings import lists_api, plugins_api, settings_api
from .rule_overrides import clear_rule, future_values, set_rule
from .schemas import RuleOverrideSchema

__all__ = ["api", "lists_api", "plugins_api", "settings_api"]

api = Api("admin", __name__, prefix="/rules")
READ = "admin.rule.read"
DAY = {"type": ["string", "null"], "format": "date"}
RULE = told(key=TEXT, title=TEXT, value={}, unit=TEXT, source=TEXT, effective=DAY, own={"type": "boolean"}, document_no=TEXT)
OWN = told(value={}, effective_from=DAY, document_no=TEXT, note=TEXT)


def _told(key: str) -> dict[str, Any]:
    held = rule(key)
    return {"key": key, "title": str(held.rule.title), "value": held.value, "unit": held.unit, "source": held.source,
            "effective": held.effective, "own": held.overridden_by is not None, "document_no": held.document_no}


@api.get("", needs=READ, title=_l("规则与依据"), answers=items_of(RULE))
def rules() -> dict[str, Any]:
    return {"items": [_told(key) for key in sorted(catalog()) if ctx().plugins.active(key, ctx().enabled)]}


def _known(key: str) -> str:
    if key not in catalog() or not ctx().plugins.active(key, ctx().enabled):
        raise NotFound(key)
    return key


@api.get("/<key>", needs=READ, title=_l("一条规则"), answers=RULE)
def one_rule(key: str) -> dict[str, Any]:
    return _told(_known(key))


@api.get("/<key>/values", needs=READ, title=_l("本单位自己的规则值"), answers=items_of(OWN))
def own_values(key: str) -> dict[str, Any]:
    return {"items": [{"value": one.value, "effective_from": one.effective_from, "document_no": one.document_no, "note": one.note}
                      for one in future_values(ctx(), _known(key))]}


def _set(ctx: Context, key: str, **data: Any) -> None:
    set_rule(ctx, _known(key), **data)


def _clear(ctx: Context, key: str, day: str) -> None:
    clear_rule(ctx, _known(key), day)


act(api, "POST", "/<key>/values", _set, RuleOverrideSchema, name="set_value", needs="admin.rule.manage", page="rules.edit",
    title=_l("使用本单位的规则值"))
act(api, "POST", "/<key>/values/<day>/clear", _clear, name="clear_value", needs="admin.rule.manage", page="rules.clear",
    title=_l("取消本单位的规则值"), note=_l("day 是生效日期，如 2026-01-31"))
