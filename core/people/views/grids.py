"""Grids of communities."""

from __future__ import annotations

import re
from typing import Any

from flask import request

from core.base.i18n import _
from core.web import ctx, done, go
from core.web.forms import SchemaForm

from ..queries.grids import get_grid
from ..schemas import GridFields
from ..services.grids import save_grid
from .pages import pages, posted, show, status

MANAGE = "people.grid.manage"
BREAKS = re.compile(r"[\n、,，;；]+")


def _save(grid_id: int | None, form: SchemaForm) -> Any:
    data = {**form.data, "buildings": BREAKS.split(form.data["buildings"] or "")}
    return save_grid(ctx(), grid_id, version=form.version, **data)


@pages.form("/g/new", needs=MANAGE)
def new_grid() -> Any:
    given = {"org_id": request.args["org_id"]} if request.args.get("org_id", "").isdigit() else {}
    form = SchemaForm(GridFields(), values=given)
    if posted(form) and form.attempt(_save, None, form):
        done(_("已新增网格：%(name)s", name=form.result.name))
        return go("people.new_grid", org_id=form.result.org_id) if request.form.get("again") else go(
            "people.grid", record_id=form.result.id)
    return show("people/form.html", status(), form=form, title=_("新增网格"), again=True)


@pages.form("/g/<int:record_id>/", needs="people.org.read")
def grid(record_id: int) -> Any:
    """The grid as a form for those who manage it, as facts for all others."""
    found = get_grid(ctx(), record_id)
    if not ctx().may(MANAGE, found.org_path):
        return show("people/grid.html", grid=found)
    form = SchemaForm(GridFields(), obj=found, values={"buildings": "\n".join(found.buildings)})
    if posted(form) and form.attempt(_save, record_id, form):
        done(_("已保存：%(name)s", name=form.result.name))
        return go("people.grid", record_id=record_id)
    return show("people/form.html", status(), form=form, title=_("网格：%(name)s", name=found.name), unit=found.org)
