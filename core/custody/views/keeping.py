"""数据保管: the operators' pages for archives, restored copies and their differences."""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask import request

from core.base.i18n import _
from core.contracts.errors import NotFound
from core.jobs.models import DONE, QUEUED, RUNNING
from core.plugin import installed
from core.tenancy.lookup import all_tenants
from core.tenancy.suspension import make_read_only
from core.web import Pages, ctx, done, go, render
from core.web.forms import SchemaForm

from .. import operators, removal, shelf
from ..archive.tables import CORE
from ..schemas import ReadOnlySchema, RestoreSchema

pages = Pages("keeping", __name__, audience="platform", prefix="/custody")
KEEP = operators.KEEP


@pages.get("/", needs=KEEP)
def index() -> Any:
    found = removal.removals(ctx()) if ctx().may(removal.MAY) else []
    return render("custody/index.html", tenants=[t for t in all_tenants() if t.copy_of is None], removals=found)


def _tenant_page(slug: str, status: int = 200, **forms: SchemaForm) -> Any:
    row = removal.target(slug)
    copies = operators.copies(ctx(), row.id)
    jobs = operators.recent_jobs(ctx(), frozenset({slug, *(copy.slug for copy in copies)}))
    shown = {"read_only": SchemaForm(ReadOnlySchema()), "restore": SchemaForm(RestoreSchema()), **forms}
    return render("custody/tenant.html", status, tenant=row, copies=copies, jobs=jobs, forms=shown,
                  moment_of=dt.datetime.fromisoformat,
                  busy=any(job.status in (QUEUED, RUNNING) for job in jobs),
                  archives=shelf.kept(frozenset({row.id, row.origin_id or row.id})), under_way=_under_way(row.id))


def _under_way(tenant_id: int) -> Any:
    return removal.open_removal(ctx(), tenant_id) if ctx().may(removal.MAY) else None


@pages.get("/<slug>/", needs=KEEP)
def tenant(slug: str) -> Any:
    return _tenant_page(slug)


@pages.post("/<slug>/archive", needs=KEEP)
def archive(slug: str) -> Any:
    removal.target(slug)
    operators.queue(ctx(), "custody.archive", slug)
    done(_("已开始存档，进度见下方。"))
    return go("keeping.tenant", slug=slug)


@pages.post("/<slug>/read-only", needs="tenancy.tenant.suspend")
def read_only(slug: str) -> Any:
    form = SchemaForm(ReadOnlySchema())
    if form.submit(request.form) and form.attempt(_make_read_only, slug, form.data["reason"]):
        done(_("已设为只读：可以查看和导出，不能修改。"))
        return go("keeping.tenant", slug=slug)
    return _tenant_page(slug, 422, read_only=form)


def _make_read_only(slug: str, reason: str) -> bool:
    make_read_only(slug, reason, by=ctx().actor.label)
    return True


@pages.post("/<slug>/restore", needs=KEEP)
def restore(slug: str) -> Any:
    form = SchemaForm(RestoreSchema())
    if form.submit(request.form) and form.attempt(operators.queue_restore, ctx(), slug, **form.data):
        done(_("已开始恢复到旁边，完成后会显示差异。"))
        return go("keeping.tenant", slug=slug)
    return _tenant_page(slug, 422, restore=form)


@pages.post("/<slug>/copies/<copy>/compare", needs=KEEP)
def compare(slug: str, copy: str) -> Any:
    operators.queue(ctx(), "custody.compare", slug, copy=copy)
    return go("keeping.difference", slug=slug, copy=copy)


@pages.get("/<slug>/copies/<copy>/", needs=KEEP)
def difference(slug: str, copy: str) -> Any:
    """The latest difference between a tenant and its copy: counts per table, no values."""
    row, live = operators.a_copy(copy)
    if live.slug != slug:
        raise NotFound("copy")
    jobs = [job for job in operators.recent_jobs(ctx(), frozenset({slug}))
            if (job.result or {}).get("copy") == copy or job.payload.get("copy") == copy]
    compared = next((job for job in jobs if job.status == DONE), None)
    tables = [table for table in (compared.result or {}).get("tables", ()) if _differs(table)] if compared else []
    titles = {name: owner.manifest.title for name, owner in installed().by_name.items()} | {
        CORE: _("平台"), "audit": _("操作日志"), "jobs": _("后台任务"), "rules": _("规则")}
    return render("custody/difference.html", tenant=live, copy=row, compared=compared, tables=tables, titles=titles,
                  same=sum(1 for table in (compared.result or {}).get("tables", ()) if not _differs(table)) if compared else 0,
                  busy=any(job.status in (QUEUED, RUNNING) for job in jobs))


def _differs(table: dict[str, Any]) -> bool:
    return bool(table["only_here"] or table["only_there"] or table["changed"])


@pages.post("/<slug>/copies/<copy>/take-place", needs=KEEP)
def take_place(slug: str, copy: str) -> Any:
    before = operators.take_place(ctx(), copy)
    done(_("已换上副本。原来的数据以“%(slug)s”保留，处于停用状态。", slug=before))
    return go("keeping.tenant", slug=slug)


@pages.post("/<slug>/copies/<copy>/drop", needs=KEEP)
def drop(slug: str, copy: str) -> Any:
    operators.drop_copy(ctx(), copy)
    done(_("副本已删除。"))
    return go("keeping.tenant", slug=slug)
