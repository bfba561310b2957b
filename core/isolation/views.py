"""The page with the button, for a tenant's admins and for operators."""

from __future__ import annotations

from typing import Any

from flask import request

from core.base.i18n import _
from core.web import Pages, ctx, done, go, render

from . import services

pages = Pages("isolation", __name__, audience="both")


@pages.get("/", needs=services.READ)
def index() -> Any:
    return render("isolation/index.html", **services.overview(ctx()))


@pages.post("/start", needs=services.RUN)
def start() -> Any:
    services.ask(ctx(), request.form.get("slug", "")[:40])
    done(_("检验已排入后台任务，约两分钟后可以在这里看到报告。"))
    return go("isolation.index")
