"""数据存档: a tenant's admin takes everything along."""

from __future__ import annotations

from typing import Any

from flask import request

from core.base.i18n import _
from core.rules import rule
from core.web import Pages, ctx, done, go, render
from core.web.forms import SchemaForm

from .. import own
from ..schemas import OwnArchiveSchema

pages = Pages("custody", __name__)


@pages.form("/", needs=own.ASK)
def index() -> Any:
    form = SchemaForm(OwnArchiveSchema())
    if request.method == "POST" and form.submit(request.form) and form.attempt(own.ask_archive, ctx(), **form.data):
        done(_("已开始生成数据包，完成后会通知您。"))
        return go("custody.index")
    files, job = own.own_archives(ctx())
    return render("custody/own.html", 422 if form.errors else 200, form=form, files=files, job=job,
                  days=rule("custody.archive_days").value)
