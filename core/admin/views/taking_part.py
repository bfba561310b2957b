"""参加的应用: which communities take no part in what, decided by themselves."""

from __future__ import annotations

from typing import Any

from flask import request

from core.admin import taking_part
from core.admin.schemas import LeaveSchema
from core.base.i18n import _
from core.web import ctx, done, go, render
from core.web.forms.form import SchemaForm

from .plugins import pages


@pages.form("/taking-part/", needs=taking_part.MAY)
def taking() -> Any:
    schema = LeaveSchema()
    schema.fields["org_id"].source = [(unit.id, unit.short_name) for unit in taking_part.communities(ctx())]  # type: ignore[attr-defined]
    schema.fields["plugin"].source = optional = taking_part.optional_plugins(ctx())  # type: ignore[attr-defined]
    form = SchemaForm(schema)
    if request.method == "POST" and form.submit(request.form) and form.attempt(taking_part.leave, ctx(), **form.data):
        done(_("已改为不参加。记录都保留，随时可以恢复参加。"))
        return go("plugins.taking")
    return render("admin/taking_part.html", 422 if request.method == "POST" else 200, form=form, optional=optional,
                  leaves=taking_part.leaves(ctx()), waiting=taking_part.still_open(ctx()))


@pages.post("/taking-part/<int:leave_id>/end", needs=taking_part.MAY)
def come_back(leave_id: int) -> Any:
    taking_part.come_back(ctx(), leave_id)
    done(_("已恢复参加，原来的记录和待办都在。"))
    return go("plugins.taking")


@pages.post("/<name>/optional", needs="tenancy.plugin.manage")
def optional(name: str) -> Any:
    wanted = request.form.get("optional") == "1"
    back = taking_part.set_optional(ctx(), name, optional=wanted)
    done(_("社区现在可以自己决定是否参加。") if wanted else _("现在所有社区都参加，%(n)s 个社区恢复参加。", n=back))
    return go("plugins.show", name=name)
