"""列表维护: the lists a tenant may change, entry by entry."""

from __future__ import annotations

from typing import Any

from flask import request

from core.admin.schemas import ListEntrySchema
from core.base.i18n import _
from core.settings import lists
from core.settings.dictionaries import Entry, title
from core.web import ctx, done, go, render
from core.web.forms.form import SchemaForm

from .settings import pages

MANAGE = lists.MANAGE


@pages.get("/lists/", needs=MANAGE)
def all_lists() -> Any:
    return render("admin/lists.html", groups=lists.read_lists(ctx()))


@pages.get("/lists/<kind>/", needs=MANAGE)
def one_list(kind: str) -> Any:
    listed = lists.read_list(ctx(), kind)
    return render("admin/list.html", kind=kind, title=title(kind), entries=listed, history=lists.history(ctx(), kind),
                  words={e.code: e.declared for e in listed})


def _form(kind: str, entry: Entry | None) -> SchemaForm:
    """A declared entry counts as itself; an own one says as what."""
    schema = ListEntrySchema()
    declared = [(e.code, e.declared) for e in lists.read_list(ctx(), kind) if e.declared]
    schema.fields["base"].source = declared  # type: ignore[attr-defined]
    if entry and entry.declared:
        schema.fields["base"].source = [(entry.code, entry.declared)]  # type: ignore[attr-defined]
    values = {"label": entry.label, "base": entry.base, "active": entry.active} if entry else {"active": True}
    form = SchemaForm(schema, values=values)
    form.version = entry.version if entry else None
    return form


def _page(kind: str, form: SchemaForm, heading: str) -> Any:
    return render("admin/list_entry.html", 422 if request.method == "POST" else 200, form=form, kind=kind, title=title(kind),
                  heading=heading)


@pages.form("/lists/<kind>/new", needs=MANAGE)
def new_entry(kind: str) -> Any:
    form = _form(kind, None)
    if request.method == "POST" and form.submit(request.form) and form.attempt(lists.add_entry, ctx(), kind, **form.data):
        done(_("已增加“%(label)s”。", label=form.result.label))
        return go("settings.one_list", kind=kind)
    return _page(kind, form, _("新增一项"))


@pages.form("/lists/<kind>/<code>/", needs=MANAGE)
def edit_entry(kind: str, code: str) -> Any:
    entry = lists.find_entry(ctx(), kind, code)
    form = _form(kind, entry)
    if request.method == "POST" and form.submit(request.form) and form.attempt(
            lists.save_entry, ctx(), kind, code, version=form.version, **form.data):
        done(_("已保存“%(label)s”，立即生效。", label=form.result.label))
        return go("settings.one_list", kind=kind)
    return _page(kind, form, _("修改“%(label)s”", label=entry.label))


@pages.post("/lists/<kind>/<code>/move", needs=MANAGE)
def move_entry(kind: str, code: str) -> Any:
    lists.move_entry(ctx(), kind, code, by=-1 if request.form.get("to") == "up" else 1)
    return go("settings.one_list", kind=kind)


@pages.post("/lists/<kind>/<code>/reset", needs=MANAGE)
def reset_entry(kind: str, code: str) -> Any:
    lists.reset_entry(ctx(), kind, code)
    done(_("已恢复默认。"))
    return go("settings.one_list", kind=kind)


@pages.post("/lists/<kind>/reset", needs=MANAGE)
def reset_list(kind: str) -> Any:
    lists.reset_list(ctx(), kind)
    done(_("列表已恢复默认；本单位自己增加的项已停用。"))
    return go("settings.one_list", kind=kind)
