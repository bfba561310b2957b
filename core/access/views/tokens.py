"""访问令牌: secrets for programs, shown once, revoked at once."""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask import make_response, request

from core.base.i18n import _
from core.rules import rule
from core.web import Pages, ctx, done, go, render
from core.web.addresses import public_address
from core.web.forms.form import SchemaForm

from ..models import AccessToken
from ..schemas import NewToken
from ..services import tokens as services
from ..services.grants import grantable

token_pages = Pages("tokens", __package__, prefix="/tokens")
USUAL = dt.timedelta(days=180)


@token_pages.get("/", needs=services.MANAGE)
def index() -> Any:
    return render("access/tokens.html", tokens=services.list_tokens(ctx()))


@token_pages.form("/new", needs=services.MANAGE)
def new() -> Any:
    schema, roles = NewToken(), grantable(ctx())
    schema.fields["role_id"].source = [(role.id, role.label) for role in roles]
    held = sorted({name for role in roles for name in role.permissions if ctx().plugins.active(name, ctx().enabled)})
    known = ctx().plugins.permissions
    schema.fields["permissions"].source = [(name, known[name].label) for name in held if name in known]
    form = SchemaForm(schema, values={"ends_on": ctx().today() + USUAL})
    if request.method == "POST" and form.submit(request.form) and form.attempt(services.make_token, ctx(), **form.data):
        return _hand_over(*form.result)
    return render("access/new_token.html", form.status, form=form, longest=rule("access.token_days").value)


def _hand_over(token: AccessToken, secret: str) -> Any:
    """The secret, once: the answer to the form itself, so that no address leads to it again."""
    address = public_address(request.script_root + "/api/v1/")
    return make_response(*render("access/token_made.html", token=token, secret=secret, address=address))


@token_pages.post("/<int:token_id>/exchange", needs=services.MANAGE)
def exchange(token_id: int) -> Any:
    return _hand_over(*services.exchange_token(ctx(), token_id))


@token_pages.post("/<int:token_id>/revoke", needs=services.MANAGE)
def revoke(token_id: int) -> Any:
    services.revoke_token(ctx(), token_id)
    done(_("令牌已作废，立即生效。"))
    return go("tokens.index")
