"""规则与依据: every number from a regulation, its source, and this tenant's own value with its document."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from flask import request

from core.admin.rule_overrides import clear_rule, future_values, set_rule
from core.admin.schemas import RuleOverrideSchema
from core.base.i18n import _, _l
from core.contracts.errors import NotFound
from core.rules import RuleValue, catalog, rule
from core.web import Pages, ctx, done, go, render
from core.web.forms.form import SchemaForm

pages = Pages("rules", __name__)
CONFIDENCE = {
    "high": _l("已核对文件原文"), "medium": _l("转引，建议核对"), "local": _l("各地做法，请按本地文件设置"),
    "product": _l("产品默认值"),
}


@pages.get("/", needs="admin.rule.read")
def index() -> Any:
    context = ctx()
    active = [key for key in sorted(catalog()) if context.plugins.active(key, context.enabled)]
    groups = [(_title(module), [rule(key) for key in keys]) for module, keys in groupby(active, context.plugins.owner_of)]
    return render("admin/rules.html", groups=groups, confidence=CONFIDENCE, shown=shown)


def shown(value: Any) -> list[tuple[str, Any]]:
    """The entries of a rule that is a table (or a list), for people; [] for a plain value."""
    if isinstance(value, dict):
        return [(str(name), part) for name, part in value.items()]
    return [(str(number), part) for number, part in enumerate(value, 1)] if isinstance(value, list) else []


def _title(module: str) -> Any:
    owner = ctx().plugins.by_name.get(module)
    return owner.manifest.title if owner else module


@pages.form("/<key>", needs="admin.rule.read")
def edit(key: str) -> Any:
    if key not in catalog() or not ctx().plugins.active(key, ctx().enabled):
        raise NotFound(key)
    form = SchemaForm(RuleOverrideSchema())
    if request.method == "POST" and form.submit(request.form) and form.attempt(set_rule, ctx(), key, **form.data):
        done(_("本单位的规则值已保存，从生效日期起按新值计算。"))
        return go("rules.edit", key=key)
    status = 422 if request.method == "POST" else 200
    return render("admin/rule.html", status, form=form, current=rule(key), values=future_values(ctx(), key),
                  shipped=RuleValue(catalog()[key], catalog()[key].value, None), confidence=CONFIDENCE, shown=shown)


@pages.post("/<key>/clear", needs="admin.rule.manage")
def clear(key: str) -> Any:
    clear_rule(ctx(), key, request.form.get("effective_from", ""))
    done(_("已取消，恢复按原规定执行。"))
    return go("rules.edit", key=key)
