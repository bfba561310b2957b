"""应用 on the operators' console: to whom a plugin is offered, where it is on, what failed in it."""

from __future__ import annotations

import re
from typing import Any

from flask import request

from core.admin.platform.apps import plugin_row, plugin_rows
from core.admin.platform.schemas import OfferSchema
from core.base.i18n import _, _l
from core.tenancy.models import ARCHIVED, DISABLED, ENABLED, EVERYBODY, NAMED, NOBODY, PURGING
from core.tenancy.offers import OFFER, decide_offer, offer_of
from core.web import Pages, ctx, done, go, render
from core.web.forms import SchemaForm

pages = Pages("apps", __name__, audience="platform")
STATES = {ENABLED: _l("已启用"), ARCHIVED: _l("已归档"), DISABLED: _l("已停用，数据保留"),
          PURGING: _l("正在清除数据")}
AUDIENCES = {EVERYBODY: _l("所有租户"), NAMED: _l("选定的方案和单位"), NOBODY: _l("暂不开放")}


@pages.get("/", needs=OFFER)
def index() -> Any:
    return render("platform/apps.html", rows=plugin_rows(ctx()), audiences=AUDIENCES)


@pages.get("/<name>", needs=OFFER)
def show(name: str) -> Any:
    return render("platform/app.html", row=plugin_row(ctx(), name), states=STATES, audiences=AUDIENCES)


@pages.form("/<name>/offer", needs=OFFER)
def offer(name: str) -> Any:
    row = offer_of(ctx(), name)
    form = SchemaForm(OfferSchema(), values={"audience": row.audience, "profiles": row.profiles, "tenants": " ".join(row.tenants),
                                             "note": row.note})
    if request.method == "POST" and form.submit(request.form) and form.attempt(_decide, name, **form.data):
        done(_("已保存，立即生效。"))
        return go("apps.show", name=name)
    title = ctx().plugins.by_name[name].manifest.title
    return render("platform/app_offer.html", 422 if request.method == "POST" else 200, form=form, name=name, title=title)


def _decide(name: str, *, tenants: str | None = None, **given: Any) -> Any:
    return decide_offer(ctx(), name, tenants=[each for each in re.split(r"[\s,，、;；]+", tenants or "") if each], **given)
