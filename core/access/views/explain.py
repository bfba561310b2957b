"""谁能看到、为什么: of a record, and of an account."""

from __future__ import annotations

from typing import Any

from flask import request

from core.base.i18n import _
from core.contracts.errors import NotFound
from core.web import ctx, go, render
from core.web.forms.form import SchemaForm

from ..explain import what_may, who_can_see
from ..schemas import AskWho
from .area import pages


@pages.form("/who/", needs="access.role.read")
def ask() -> Any:
    """Pick a person or an organisation; records of workflows have a link of their own."""
    if ctx().tenant.kind == "platform":
        raise NotFound("who")
    form = SchemaForm(AskWho())
    if request.method == "POST" and form.submit(request.form):
        for kind, field in (("person", "person_id"), ("org_unit", "org_id")):
            if form.data[field]:
                return go("access.who", kind=kind, record_id=form.data[field])
        form.refuse({"person_id": [_("请选择一位人员或一个组织。")]})
    return render("access/ask.html", 422 if request.method == "POST" else 200, form=form)


@pages.get("/who/<kind>/<int:record_id>", needs="access.role.read")
def who(kind: str, record_id: int) -> Any:
    return render("access/who.html", found=who_can_see(ctx(), kind, record_id))


@pages.get("/account/<int:user_id>", needs="access.role.read")
def account(user_id: int) -> Any:
    user, groups = what_may(ctx(), user_id)
    return render("access/account.html", user=user, groups=groups)
