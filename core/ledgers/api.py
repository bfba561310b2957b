"""Every ledger as a list: the same rows, columns and filters as its page; and as a file, written by a job."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

from flask import request, url_for

from core.accounts.services.standing import still_open
from core.base.i18n import _l
from core.contracts.errors import NotFound
from core.files.sending import stored
from core.files.services import open_file
from core.jobs.models import DONE, Job
from core.web import SIGNED_IN, ctx
from core.web.api import Api
from core.web.forms import Choice, Length, Schema, Text, ui
from core.web.wire import Answer

from . import rows
from .catalogue import groups
from .described import answer_schema, variants
from .export import plan_export, queue_export
from .services import export_job

api = Api("ledgers", __name__)
_TEXT = {"type": "string"}
LISTED = {"type": "object", "required": ["items"], "additionalProperties": False, "properties": {"items": {
    "type": "array", "items": {"type": "object", "required": ["name", "title", "group", "columns"], "additionalProperties": False,
                               "properties": {"name": _TEXT, "title": _TEXT, "group": _TEXT,
                                              "columns": {"type": "array", "items": _TEXT}}}}}}


@api.get("", needs=SIGNED_IN, title=_l("可以读取的台账"), answers=LISTED)
def ledgers() -> dict[str, Any]:
    return {"items": [{"name": ledger.name, "title": str(ledger.title), "group": group.label,
                       "columns": [column.name for column in ledger.shaped(ctx()).columns]}
                      for group in groups(ctx()) for ledger in group.ledgers]}


@api.get("/<name>", needs=SIGNED_IN, title=_l("一个台账的行"), open_query=True, answers=answer_schema({"type": "object"}),
         variants=variants)
def ledger(name: str) -> dict[str, Any]:
    found = rows.read_rows(ctx(), name, list(request.args.items(multi=True)))
    return {"items": found.items, "total": found.total, "next": found.next}


EXPORT = {"type": "object", "required": ["id", "state", "progress", "message", "rows", "file"], "additionalProperties": False,
          "properties": {"id": {"type": "integer"}, "state": {"enum": ["queued", "running", "done", "failed", "parked"]},
                         "progress": {"type": "integer", "minimum": 0, "maximum": 100}, "message": _TEXT,
                         "rows": {"type": ["integer", "null"]}, "file": {"type": ["string", "null"]}}}


class ExportWish(Schema):
    """What is wanted of a ledger as a file."""

    format = Choice([("xlsx", "Excel"), ("csv", "CSV")], load_default="xlsx", metadata=ui(_l("格式")))
    query = Text(load_default="", validate=Length(max=2000), metadata=ui(
        _l("筛选条件"), help=_l("与列表相同的查询串，例如 member_kind=full&sort=-joined_on；不写就是全部")))


def _told(job: Job) -> Answer:
    rows_written = (job.result or {}).get("rows")
    file = url_for("ledgers_api.export_file", job_id=job.id) if job.status == DONE else None
    return Answer({"id": job.id, "state": job.status, "progress": job.progress, "message": job.message,
                   "rows": rows_written, "file": file}, headers={"Location": url_for("ledgers_api.export", job_id=job.id)})


@api.post("/<name>/exports", needs=SIGNED_IN, title=_l("导出台账为文件"), takes=ExportWish, answers=EXPORT, status=202,
          page="export",
          note=_l("需要该台账的导出权限；后台生成，完成后凭 file 下载，保存七天"))
def start_export(name: str, data: dict[str, Any]) -> Any:
    query = parse_qsl(data["query"], keep_blank_values=True)
    plan = plan_export(ctx(), name, rows.as_on_page(ctx(), name, query), data["format"])
    return _told(queue_export(still_open(ctx()), plan, data["format"]))


@api.get("/exports/<int:job_id>", needs=SIGNED_IN, title=_l("导出到哪一步了"), answers=EXPORT)
def export(job_id: int) -> Any:
    return _told(export_job(ctx(), job_id))


@api.get("/exports/<int:job_id>/file", needs=SIGNED_IN, title=_l("导出的文件"))
def export_file(job_id: int) -> Any:
    found = export_job(ctx(), job_id)
    if found.status != DONE:
        raise NotFound("file")
    file, path = open_file(ctx(), (found.result or {})["file_id"])
    return stored(path, file.name, file.media)
