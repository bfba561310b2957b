"""后台任务: what waits, what was given up, of all tenants. Pages of the operators."""

from __future__ import annotations

from typing import Any

from core.admin.platform import dead_jobs
from core.base.i18n import _
from core.web import Pages, ctx, done, go, render

pages = Pages("jobs", __name__, audience="platform")


@pages.get("/", needs="admin.job.read")
def index() -> Any:
    return render("platform/jobs.html", letters=dead_jobs.list_dead(ctx()), state=dead_jobs.queue_state(ctx()))


@pages.post("/<int:tenant_id>/<int:job_id>/retry", needs="admin.job.manage")
def retry(tenant_id: int, job_id: int) -> Any:
    dead_jobs.retry(ctx(), tenant_id, job_id)
    done(_("已重新排队。"))
    return go("jobs.index")


@pages.post("/<int:tenant_id>/<int:job_id>/drop", needs="admin.job.manage")
def drop(tenant_id: int, job_id: int) -> Any:
    dead_jobs.drop(ctx(), tenant_id, job_id)
    done(_("已丢弃。"))
    return go("jobs.index")
