"""Merging two records: choose the other one, compare, decide."""

from __future__ import annotations

from typing import Any

from flask import request

from core.base.i18n import _
from core.contracts.errors import Invalid
from core.web import ctx, done, go
from core.web.forms import Ref, Schema, SchemaForm, ui

from ..extras.known import said
from ..extras.merging import differing
from ..queries.people import archived_one, get_person
from ..schemas import Reasoned
from ..services.merge import CHOICES, merge, preview, shown
from ..services.unmerge import undo_merge
from .pages import pages, posted, show, status
from .words import field_label, field_text

MERGE = "people.person.merge"


def _other() -> SchemaForm:
    field = Ref("person", required=True, metadata=ui(_("另一条记录"), cols=8, help=_("输入姓名或拼音首字母查找")))
    return SchemaForm(Schema.from_dict({"gone_id": field})())


@pages.form("/p/<int:record_id>/merge", needs=MERGE)
def choose_twin(record_id: int) -> Any:
    kept, form = get_person(ctx(), record_id), _other()
    if posted(form):
        return go("people.merge_pair", record_id=record_id, gone_id=form.data["gone_id"])
    return show("people/form.html", status(), form=form, person=kept, title=_("合并重复记录：%(name)s", name=kept.name),
                  save=_("下一步：比较"))


@pages.form("/p/<int:record_id>/merge/<int:gone_id>", needs=MERGE)
def merge_pair(record_id: int, gone_id: int) -> Any:
    kept, gone, fields, objections = preview(ctx(), record_id, gone_id)
    errors: list[str] = []
    if request.method == "POST":
        added = [f.key for f, _here, _there in differing(ctx(), kept, gone)]
        take = {name: request.form[f"take_{name}"] for name in (*CHOICES, *added) if f"take_{name}" in request.form}
        try:
            merge(ctx(), record_id, gone_id, take=take, reason=request.form.get("reason", ""),
                  version=_number("version"), gone_version=_number("gone_version"))
        except Invalid as refused:
            errors = [text for said in refused.errors.values() for text in said]
        else:
            done(_("已合并为一条记录，另一条已归档；合错了可以在“已移出登记”里撤销。"))
            return go("people.person", record_id=record_id)
    rows = [(name, field_label(name), field_text(kept, name), field_text(gone, name),
             shown(kept, name) in (None, "")) for name in fields]
    rows += [(f.key, str(f.label), said(f, here), said(f, there), here is None) for f, here, there in
             differing(ctx(), kept, gone)]
    return show("people/merge.html", status(), kept=kept, gone=gone, rows=rows, objections=objections, errors=errors,
                  reason=request.form.get("reason", ""))


@pages.form("/archive/<int:archive_id>/undo", needs=MERGE)
def unmerge(archive_id: int) -> Any:
    """Take a merge back within its time."""
    row, form = archived_one(ctx(), archive_id), SchemaForm(Reasoned())
    if posted(form) and form.attempt(undo_merge, ctx(), archive_id, reason=form.data["reason"]):
        done(_("已撤销合并，%(name)s 的两条记录都恢复了。", name=row.name))
        return go("people.person", record_id=form.result.id)
    return show("people/form.html", status(), form=form, title=_("撤销合并：%(name)s", name=row.name), save=_("撤销合并"),
                remark=_("移走的记录连同它的关系、职务、变动恢复原样；保留的那条记录中合并带来的内容退回，合并后又改过的不动。"))


def _number(name: str) -> int | None:
    text = request.form.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None
