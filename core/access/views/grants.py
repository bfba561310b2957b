"""Giving a role to an account and taking it back."""

from __future__ import annotations

from typing import Any

from flask import request

from core.accounts.services.users import get_user
from core.base.i18n import _
from core.web import ctx, done, go, render
from core.web.forms.form import SchemaForm

from ..schemas import GrantSchema
from ..services import grants as services
from .area import pages


@pages.form("/grants/<int:user_id>/new", needs="access.grant.manage")
def give(user_id: int) -> Any:
    user, schema = get_user(ctx(), user_id), GrantSchema()
    schema.fields["role_id"].source = [(role.id, role.label) for role in services.grantable(ctx())]
    form = SchemaForm(schema)
    if request.method == "POST" and form.submit(request.form):
        data = {**form.data, "source": form.data["source"] or ""}
        if form.attempt(services.give_role, ctx(), user_id, **data):
            done(_("角色已授予，立即生效。"))
            return go("accounts.user", user_id=user_id)
    return render("access/grant.html", 422 if request.method == "POST" else 200, form=form, user=user)


@pages.post("/grants/<int:grant_id>/end", needs="access.grant.manage")
def end(grant_id: int) -> Any:
    user_id = services.end_grant(ctx(), grant_id)
    done(_("角色已收回，立即生效。"))
    return go("accounts.user", user_id=user_id)
