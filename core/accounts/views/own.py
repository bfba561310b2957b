"""个人中心: the own account, its password and its second factor."""

from __future__ import annotations

from typing import Any

from flask import make_response, redirect, request

from core.access.places import name
from core.base import totp
from core.base.i18n import _
from core.base.passwords import strength
from core.web import SIGNED_IN, ctx, done, go, render
from core.web.forms.form import SchemaForm
from core.web.prefs import read_prefs, write_prefs

from ..policy import own_words, password_policy
from ..schemas import ChangePassword, Me, OneCode, ProvenCode
from ..second_factor import proposed_secret
from ..services import own as services
from ..services.standing import own_account
from .area import carry_on, change_over, own, pages


def _agent() -> str:
    return request.user_agent.string


@pages.form("/me", needs=SIGNED_IN)
def me() -> Any:
    user, prefs = own_account(ctx()), read_prefs()
    form = SchemaForm(Me(), values={"post": user.post, "lang": prefs.lang, "fs": prefs.fs})
    if request.method == "POST" and form.submit(request.form):
        chosen = {"lang": form.data["lang"] or "zh", "fs": form.data["fs"] or "md"}
        services.update_me(own(), post=form.data["post"] or "", preferences=chosen)
        done(_("已保存。"))
        return write_prefs(go("accounts.me"), chosen)
    return render("accounts/me.html", 422 if request.method == "POST" else 200, form=form, user=user,
                  grants=[(grant, name(grant.path)) for grant in ctx().grants])


@pages.form("/password", needs=SIGNED_IN)
def change_password() -> Any:
    user, form = own_account(ctx()), SchemaForm(ChangePassword())
    if (request.method == "POST" and form.submit(request.form)
            and form.attempt(services.change_password, own(), agent=_agent(), **form.data)):
        words = strength(form.data["password"], own_words(user, ctx()))
        done(_("密码已修改，其他设备已退出登录。密码强度：%(words)s", words=words))
        return carry_on(redirect(request.script_root + "/", 303), form.result)
    return render("accounts/password.html", 422 if request.method == "POST" else 200, form=form, user=user,
                  policy=password_policy())


@pages.form("/second-factor/on", needs=SIGNED_IN)
def enrol() -> Any:
    user = own_account(ctx())
    if user.totp_secret:
        return go("accounts.me")
    fresh, secret = services.is_fresh(ctx()), proposed_secret(ctx())
    form = SchemaForm(OneCode() if fresh else ProvenCode())
    if (request.method == "POST" and form.submit(request.form)
            and form.attempt(services.enrol, own(), agent=_agent(), **form.data)):
        token, codes = form.result
        return _show_codes(codes, token)
    account = f"{user.login_name}@{ctx().tenant.slug}"
    return render("accounts/enrol.html", 422 if request.method == "POST" else 200, form=form, secret=secret,
                  qr=totp.qr_svg(totp.provisioning_uri(secret, account=account, issuer="Juheli")), account=account)


def _show_codes(codes: list[str], token: str = "") -> Any:
    """The recovery codes, once: the answer to the form itself, so that no address leads to them again."""
    if token:
        change_over(token)
    response = make_response(*render("accounts/recovery_codes.html", codes=codes))
    return carry_on(response, token) if token else response


@pages.form("/second-factor/codes", needs=SIGNED_IN)
def renew_codes() -> Any:
    if not own_account(ctx()).totp_secret:
        return go("accounts.me")
    form = SchemaForm(OneCode())
    if request.method == "POST" and form.submit(request.form) and form.attempt(services.renew_codes, own(), **form.data):
        return _show_codes(form.result)
    return render("accounts/prove.html", 422 if request.method == "POST" else 200, form=form, title=_("重新生成恢复码"),
                  text=_("旧的恢复码随即失效。"), verb=_("重新生成"))


@pages.form("/second-factor/off", needs=SIGNED_IN)
def drop_second_factor() -> Any:
    if not own_account(ctx()).totp_secret:
        return go("accounts.me")
    form = SchemaForm(ProvenCode())
    if (request.method == "POST" and form.submit(request.form)
            and form.attempt(services.drop_second_factor, own(), agent=_agent(), **form.data)):
        done(_("两步验证已关闭，其他设备已退出登录。"))
        return carry_on(go("accounts.me"), form.result)
    return render("accounts/prove.html", 422 if request.method == "POST" else 200, form=form, title=_("关闭两步验证"),
                  text=_("关闭后只凭密码即可登录。若您的角色要求两步验证，下次打开页面时会请您重新开启。"), verb=_("关闭"))
