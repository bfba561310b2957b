"""Sheets for programs: the upload, checks and writing of the wizard, each step a request, the work in jobs with progress."""

from __future__ import annotations

from typing import Any

from flask import url_for
from marshmallow import fields

from core.base.i18n import _, _l
from core.contracts.errors import Invalid
from core.jobs.queue import find
from core.web import SIGNED_IN, ctx
from core.web.api import TEXT, Api, told
from core.web.download import attachment
from core.web.forms import Bool, Int, Length, Range, Schema, Text, ui
from core.web.resource import act
from core.web.wire import Answer, whole_body

from . import batches, preview, services
from .limits import DEFAULT
from .models import FAILED, PREVIEWED, UPLOADED, ImportBatch
from .schema import targets_of

api = Api("imports", __name__)
BATCH = "/<int:batch_id>"
KINDS = told(items={"type": "array", "items": told(name=TEXT, title=TEXT, fields={"type": "array", "items": told(
    name=TEXT, label=TEXT, required={"type": "boolean"})})})
STANDS = told(
    id={"type": "integer"}, kind=TEXT, state=TEXT, trouble=TEXT, progress={"type": "integer", "minimum": 0, "maximum": 100},
    counts={"type": "object", "additionalProperties": {"type": "integer"}},
    columns={"type": "array", "items": told(column={"type": "integer"}, heading=TEXT, field={"type": ["string", "null"]},
                                           sure={"type": "boolean"})},
)


class FileName(Schema):
    name = Text(load_default="upload.xlsx", validate=Length(max=120), metadata=ui(_l("文件名")))


class SheetName(Schema):
    sheet = Text(required=True, validate=Length(max=120), metadata=ui(_l("工作表")))


class Columns(Schema):
    """Which column is which field ("" = not imported), by column number; those recognised for certain may be left out."""

    columns = fields.Dict(keys=Int(validate=Range(min=0, max=DEFAULT.columns)), values=Text(validate=Length(max=60)),
                          load_default=dict, validate=Length(max=DEFAULT.columns),
                          error_messages={"invalid": _l("应为一组“列号: 字段”")})


class Commit(Schema):
    only_good = Bool(load_default=False, metadata=ui(_l("有误的行留下，只写其余的行")))


def _told(batch: ImportBatch, status: int = 0) -> Answer:
    job = find(batch.job_id) if batch.job_id else None
    open_still = batch.state in (UPLOADED, PREVIEWED, FAILED)
    matches = batches.matches_of(batches.layout_of(batch)) if open_still else []
    columns = [{"column": m.column, "heading": m.heading, "field": m.field, "sure": m.sure} for m in matches]
    return Answer({"id": batch.id, "kind": batch.kind, "state": batch.state, "trouble": batch.trouble,
                   "progress": job.progress if job else 0, "counts": batch.counts, "columns": columns}, status,
                  headers={"Location": url_for("imports_api.batch", batch_id=batch.id)})


@api.get("/kinds", needs=SIGNED_IN, title=_l("可以导入的表"), answers=KINDS)
def kinds() -> dict[str, Any]:
    return {"items": [{"name": kind.name, "title": str(kind.title), "fields": [
        {"name": target.name, "label": str(target.label), "required": target.required} for target in
        targets_of(kind.made(ctx()))]}
        for kind in batches.kinds(ctx())]}


@api.post("/kinds/<kind>", needs=SIGNED_IN, title=_l("上传一份表"), query=FileName, file=True, answers=STANDS, status=201,
          page="new", note=_l("请求体就是 .xlsx 或 .csv 文件；先核对列，再检查，最后写入，中间什么也不保存"))
def upload(kind: str, query: dict[str, Any]) -> Any:
    batches.kind_named(ctx(), kind)
    data = whole_body()
    if not 0 < len(data) <= DEFAULT.file_bytes:
        raise Invalid({}, _("请求体应是一份不超过 %(n)s MB 的 .xlsx 或 .csv 文件。", n=DEFAULT.file_bytes // 1024 // 1024))
    inspected = services.inspect(ctx(), kind, data)
    return _told(services.upload(ctx(), kind, inspected, query["name"]), 201)


@api.get(BATCH, needs=SIGNED_IN, title=_l("一份导入到哪一步了"), answers=STANDS)
def batch(batch_id: int) -> Any:
    return _told(preview.batch_page(ctx(), batch_id))


@api.post(BATCH + "/columns", needs=SIGNED_IN, title=_l("确认各列并开始检查"), takes=Columns, answers=STANDS, status=202,
          page="columns")
def columns(batch_id: int, data: dict[str, Any]) -> Any:
    return _told(services.take_columns(ctx(), batch_id, data["columns"]))


@api.post(BATCH + "/commit", needs=SIGNED_IN, title=_l("写入检查过的行"), takes=Commit, answers=STANDS, status=202,
          page="commit")
def commit(batch_id: int, data: dict[str, Any]) -> Any:
    return _told(services.commit(ctx(), batch_id, only_good=data["only_good"]))


@api.post(BATCH + "/undo", needs=SIGNED_IN, title=_l("撤销一份导入"), answers=STANDS, status=202,
          page="undo")
def undo(batch_id: int) -> Any:
    return _told(services.undo(ctx(), batch_id))


@api.post(BATCH + "/sheet", needs=SIGNED_IN, title=_l("换一张工作表"), takes=SheetName, answers=STANDS, page="sheet")
def sheet(batch_id: int, data: dict[str, Any]) -> Any:
    found, content = services.stored(ctx(), batch_id)
    inspected = services.inspect(ctx(), found.kind, content, sheet=data["sheet"])
    return _told(services.choose_sheet(ctx(), batch_id, inspected))


act(api, "POST", BATCH + "/discard", services.discard, page="discard", title=_l("删除上传的表格内容"))


@api.get(BATCH + "/failed.xlsx", needs=SIGNED_IN, title=_l("没有导入的行和原因"))
def failed(batch_id: int) -> Any:
    name, data = preview.not_imported(ctx(), batch_id)
    return attachment(data, name)
