"""The import wizard: template, upload, columns, preview, result. One address per batch; its state decides what it shows."""

from __future__ import annotations

from typing import Any

from flask import request

from core.base.i18n import _
from core.contracts.errors import Conflict, Invalid
from core.imports import batches, preview, services
from core.imports.limits import DEFAULT
from core.imports.pages import STATES, STEPS, show
from core.imports.schema import targets_of
from core.imports.workbook import template as make_template
from core.plugin import ImportKind
from core.web import SIGNED_IN, Pages, ctx, done, go, render, warn
from core.web.download import attachment

pages = Pages("imports", __name__)
BATCH = "/<int(max=9007199254740991):batch_id>"


@pages.get("/", needs=SIGNED_IN)
def index() -> Any:
    found = preview.overview(ctx())
    titles = {kind.name: kind.title for kind in found["kinds"]}
    return render("imports/index.html", states=STATES, titles=titles, **found)


@pages.form("/new/<kind>", needs=SIGNED_IN)
def new(kind: str) -> Any:
    found = batches.kind_named(ctx(), kind)
    if request.method == "GET":
        return _upload_page(found)
    upload = request.files.get("file")
    if not upload:
        return _upload_page(found, _("请选择要上传的 .xlsx 或 .csv 文件。"))
    try:
        inspected = services.inspect(ctx(), kind, upload.read(DEFAULT.file_bytes + 1))
        batch = services.upload(ctx(), kind, inspected, upload.filename or "")
    except Invalid as refused:
        return _upload_page(found, " ".join(refused.errors.get("file", [str(refused)])))
    return go("imports.batch", batch_id=batch.id)


def _upload_page(kind: ImportKind, trouble: str = "") -> Any:
    return render("imports/new.html", 422 if trouble else 200, kind=kind, trouble=trouble, steps=STEPS)


@pages.get("/template/<kind>", needs=SIGNED_IN)
def template(kind: str) -> Any:
    found = batches.kind_named(ctx(), kind)
    data = make_template(str(found.title), targets_of(found.made(ctx())))
    return attachment(data, _("%(name)s-导入模板.xlsx", name=found.title))


@pages.get(BATCH, needs=SIGNED_IN)
def batch(batch_id: int) -> Any:
    return show(preview.batch_page(ctx(), batch_id))


@pages.post(f"{BATCH}/sheet", needs=SIGNED_IN)
def sheet(batch_id: int) -> Any:
    found, data = services.stored(ctx(), batch_id)
    kind = found.kind
    try:
        inspected = services.inspect(ctx(), kind, data, sheet=request.form.get("sheet") or None)
        services.choose_sheet(ctx(), batch_id, inspected)
    except Invalid as refused:
        return show(preview.batch_page(ctx(), batch_id), refused.errors.get("file", []), 422)
    return go("imports.batch", batch_id=batch_id)


@pages.post(f"{BATCH}/columns", needs=SIGNED_IN)
def columns(batch_id: int) -> Any:
    chosen = {int(name[1:]): value for name, value in request.form.items() if _is_column(name)}
    return _step(batch_id, lambda: services.take_columns(ctx(), batch_id, chosen))


def _is_column(name: str) -> bool:
    return name.startswith("c") and name[1:].isascii() and name[1:].isdigit() and len(name) <= 5


@pages.post(f"{BATCH}/commit", needs=SIGNED_IN)
def commit(batch_id: int) -> Any:
    only_good = request.form.get("mode") == "good"
    return _step(batch_id, lambda: services.commit(ctx(), batch_id, only_good=only_good))


@pages.post(f"{BATCH}/undo", needs=SIGNED_IN)
def undo(batch_id: int) -> Any:
    return _step(batch_id, lambda: services.undo(ctx(), batch_id))


@pages.post(f"{BATCH}/discard", needs=SIGNED_IN)
def discard(batch_id: int) -> Any:
    try:
        services.discard(ctx(), batch_id)
    except Conflict:
        warn(_("正在处理，完成后才能删除。"))
        return go("imports.batch", batch_id=batch_id)
    done(_("已删除上传的表格内容。"))
    return go("imports.index")


def _step(batch_id: int, act: Any) -> Any:
    """Do one step and come back to the batch; a refusal is shown there, a step taken elsewhere just shows what is."""
    try:
        act()
    except Invalid as refused:
        said = [sentence for several in refused.errors.values() for sentence in several]
        return show(preview.batch_page(ctx(), batch_id), said, 422)
    except Conflict:
        warn(_("这一步已经做过了。"))
    return go("imports.batch", batch_id=batch_id)


@pages.get(f"{BATCH}/failed.xlsx", needs=SIGNED_IN)
def failed(batch_id: int) -> Any:
    name, data = preview.not_imported(ctx(), batch_id)
    return attachment(data, name)
