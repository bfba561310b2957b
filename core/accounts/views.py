"""Sign-in pages."""

from __future__ import annotations

from typing import Any

from flask import redirect, request

from core.base.i18n import _
from core.web import ANYONE, SIGNED_IN, Pages, ctx, go, render, safe_next

from . import services
from .sessions import LONGEST, cookie_name

pages = Pages("accounts", __name__, audience="both")


@pages.form("/sign-in", needs=ANYONE)
def sign_in() -> Any:
    target = safe_next(request.values.get("next")) or request.script_root + "/"
    if request.method == "GET":
        return render("accounts/sign_in.html", target=target, login="", wrong="")
    login = request.form.get("login", "").strip()
    token = services.sign_in(ctx(), login, request.form.get("password", ""), agent=request.user_agent.string)
    if token is None:
        return render("accounts/sign_in.html", 422, target=target, login=login, wrong=_("账号或密码不对，请重新输入。"))
    response = redirect(target, 303)
    response.set_cookie(cookie_name(), token, max_age=int(LONGEST.total_seconds()), path=request.script_root or "/",
                        secure=request.is_secure, httponly=True, samesite="Lax")
    return response


@pages.post("/sign-out", needs=SIGNED_IN)
def sign_out() -> Any:
    services.sign_out(ctx())
    response = go("accounts.sign_in")
    response.delete_cookie(cookie_name(), path=request.script_root or "/")
    response.headers["Clear-Site-Data"] = '"cache"'
    return response
