"""数据存档: a tenant's admin takes everything along."""

from __future__ import annotations

from typing import Any

from flask import request

from core.base.i18n import _
from core.contracts.errors import NotFound
from core.rules import rule
from core.web import Pages, ctx, done, go, render
from core.web.forms import SchemaForm

from .. import own
from ..schemas import OwnArchiveSchema

pages = Pages("custody", __name__)


@pages.form("/", needs=own.ASK)
def index() -> Any:
    return _page("")


@pages.form("/plugin/<name>", needs=own.ASK)
def of_plugin(name: str) -> Any:
    if name not in ctx().plugins.optional:
        raise NotFound(name)
    return _page(name)


def _page(plugin: str) -> Any:
    form = SchemaForm(OwnArchiveSchema())
    if request.method == "POST" and form.submit(request.form) and form.attempt(
            own.ask_archive, ctx(), plugin=plugin, **form.data):
        done(_("已开始生成数据包，完成后会通知您。"))
        return go("custody.of_plugin", name=plugin) if plugin else go("custody.index")
    files, job = own.own_archives(ctx())
    title = ctx().plugins.by_name[plugin].manifest.title if plugin else ""
    return render("custody/own.html", 422 if form.errors else 200, form=form, files=files, job=job, plugin=title,
                  days=rule("custody.archive_days").value)
