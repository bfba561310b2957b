"""The page behind a one-time link. Looking at it uses nothing up; only the form does."""

from __future__ import annotations

from typing import Any

from flask import make_response, request

from core.base.i18n import _
from core.base.passwords import strength
from core.contracts.errors import NotFound
from core.web import ANYONE, ctx, done, go, render
from core.web.forms.form import SchemaForm

from ..policy import own_words, password_policy
from ..schemas import ChoosePassword
from ..services import links as services
from .area import pages


@pages.form("/link/<token>", needs=ANYONE)
def link(token: str) -> Any:
    user = services.account_of_link(ctx(), token)
    if user is None:
        return _private(render("accounts/link_gone.html", 404))
    form = SchemaForm(ChoosePassword())
    if request.method == "POST":
        try:
            if form.submit(request.form) and form.attempt(services.follow_link, ctx(), token, **form.data):
                done(_("密码已设好，请登录。密码强度：%(words)s", words=strength(form.data["password"], own_words(user, ctx()))))
                return go("accounts.sign_in")
        except NotFound:
            return _private(render("accounts/link_gone.html", 404))
    status = 422 if request.method == "POST" else 200
    return _private(render("accounts/link.html", status, form=form, login=user.login_name, name=user.name,
                           policy=password_policy()))


def _private(rendered: tuple[str, int]) -> Any:
    """The address is a secret: nobody gets it as a referrer. Not "no-referrer": browsers then post the form with
    `Origin: null`, which no door takes."""
    response = make_response(*rendered)
    response.headers["Referrer-Policy"] = "strict-origin"
    return response
