"""Signing in in one or two steps, and out."""

from __future__ import annotations

from typing import Any

from flask import make_response, redirect, request, url_for
from werkzeug.wrappers import Response

from core.base.i18n import _
from core.contracts.errors import NotFound
from core.web import ANYONE, SIGNED_IN, ctx, go, render, safe_next
from core.web.prefs import write_prefs

from ..devices import KNOWN
from ..services import sign_in as services
from ..services.sign_in import SECOND, WAIT, WRONG, Answer
from ..sessions import cookie_name
from .area import TICKET, drop, keep, pages, start


def _target() -> str:
    return safe_next(request.values.get("next")) or request.script_root + "/"


def _refused(template: str, answer: Answer, wrong: str, **data: Any) -> Response:
    """The form again: 422 for a wrong answer, 429 with the time to wait when there were too many."""
    if answer.outcome != WAIT:
        return make_response(*render(template, 422, wrong=wrong, target=_target(), **data))
    minutes = -(-answer.wait // 60)
    said = (_("尝试次数过多，请 %(n)s 秒后再试。", n=answer.wait) if answer.wait < 60
            else _("尝试次数过多，已暂停登录，请 %(n)s 分钟后再试，或请本单位管理员解锁。", n=minutes))
    response = make_response(*render(template, 429, wrong=said, target=_target(), **data))
    response.headers["Retry-After"] = str(answer.wait)
    return response


def _admitted(answer: Answer) -> Response:
    return write_prefs(start(redirect(_target(), 303), answer.token, answer.device), answer.preferences or {})


@pages.form("/sign-in", needs=ANYONE)
def sign_in() -> Any:
    if request.method == "GET":
        return render("accounts/sign_in.html", target=_target(), login="", wrong="")
    login = request.form.get("login", "")
    answer = services.sign_in(ctx(), login, request.form.get("password", ""), agent=request.user_agent.string,
                              known=request.cookies.get(KNOWN, ""))
    if answer.outcome in (WRONG, WAIT):
        return _refused("accounts/sign_in.html", answer, _("账号或密码不对，请重新输入。"), login=login[:60])
    if answer.outcome == SECOND:
        response = redirect(url_for("accounts.second_factor", next=_target()), 303)
        keep(response, TICKET, answer.ticket, services.TICKET_SECONDS)
        return response
    return _admitted(answer)


@pages.form("/second-factor", needs=ANYONE)
def second_factor() -> Any:
    ticket = request.cookies.get(TICKET, "")
    if services.holder(ctx(), ticket) is None:
        return go("accounts.sign_in", next=safe_next(request.values.get("next")))
    if request.method == "GET":
        return render("accounts/second_factor.html", target=_target(), wrong="")
    try:
        answer = services.second_step(ctx(), ticket, request.form.get("code", ""), agent=request.user_agent.string,
                                      known=request.cookies.get(KNOWN, ""))
    except NotFound:
        return go("accounts.sign_in")
    if answer.outcome in (WRONG, WAIT):
        return _refused("accounts/second_factor.html", answer, _("验证码不对。每个验证码只能用一次，请输入最新的六位数字。"))
    return _admitted(answer)


@pages.post("/sign-out", needs=SIGNED_IN)
def sign_out() -> Any:
    services.sign_out(ctx())
    response = go("accounts.sign_in")
    drop(response, cookie_name(), TICKET)
    response.headers["Clear-Site-Data"] = '"cache"'
    return response
