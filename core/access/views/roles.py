"""角色与授权: the roles of the unit and what is in them."""

from __future__ import annotations

from typing import Any

from flask import request

from core.base.i18n import _
from core.web import ctx, done, go, render
from core.web.forms.form import SchemaForm

from ..models import Role
from ..schemas import RoleSchema
from ..services import roles as services
from .area import pages

MOST = 2000                 # permissions one form may carry


@pages.get("/roles", needs="access.role.read")
def roles() -> Any:
    return render("access/roles.html", roles=services.list_roles(ctx()))


def _chosen() -> list[str]:
    return [name[:120] for name in request.form.getlist("permission")[:MOST]]


def _page(form: SchemaForm, chosen: list[str], role: Role | None) -> Any:
    difference = services.compared(ctx(), role) if role else services.Difference()
    return render("access/role.html", 422 if request.method == "POST" else 200, form=form, role=role,
                  groups=services.offered(ctx(), chosen), difference=difference, plugins=ctx().plugins,
                  editable=ctx().may("access.role.manage", ""))


@pages.form("/roles/new", needs="access.role.manage")
def new_role() -> Any:
    form = SchemaForm(RoleSchema())
    if request.method == "POST" and form.submit(request.form) and form.attempt(
            services.create_role, ctx(), permissions=_chosen(), **_data(form)):
        done(_("角色“%(name)s”已建立。", name=form.result.label))
        return go("access.role", role_id=form.result.id)
    return _page(form, _chosen(), None)


@pages.get("/roles/<int:role_id>", needs="access.role.read")
def role(role_id: int) -> Any:
    found = services.get_role(ctx(), role_id)
    return _page(SchemaForm(RoleSchema(), found), found.permissions, found)


@pages.post("/roles/<int:role_id>", needs="access.role.manage")
def update_role(role_id: int) -> Any:
    found = services.get_role(ctx(), role_id)
    form = SchemaForm(RoleSchema(), found)
    if form.submit(request.form) and form.attempt(
            services.update_role, ctx(), role_id, version=form.version, permissions=_chosen(), **_data(form)):
        done(_("角色已保存，持有人下一次点击即按新权限执行。"))
        return go("access.role", role_id=role_id)
    return _page(form, _chosen(), found)


def _data(form: SchemaForm) -> dict[str, Any]:
    return {**form.data, "note": form.data["note"] or "", "needs_totp": bool(form.data["needs_totp"])}


@pages.post("/roles/<int:role_id>/delete", needs="access.role.manage")
def delete_role(role_id: int) -> Any:
    services.delete_role(ctx(), role_id)
    done(_("角色已删除。"))
    return go("access.roles")
