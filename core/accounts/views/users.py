"""账号: opening, changing, stopping; the one-time link is shown once, to be handed over."""

from __future__ import annotations

from typing import Any

from flask import make_response, request, url_for

from core.access.services.grants import grants_of_account
from core.base.i18n import _
from core.rules import rule
from core.web import ctx, done, go, render
from core.web.addresses import public_address
from core.web.forms.form import SchemaForm

from ..attempts import locked_until
from ..models import User
from ..schemas import EditUser, NewUser
from ..services import users as services
from .area import pages


@pages.form("/users/new", needs="accounts.user.manage")
def new_user() -> Any:
    form = SchemaForm(NewUser())
    if request.method == "POST" and form.submit(request.form):
        data = {**form.data, "post": form.data["post"] or ""}
        if form.attempt(services.create_user, ctx(), **data):
            return _hand_over(*form.result)
    return render("accounts/new_user.html", 422 if request.method == "POST" else 200, form=form)


def _hand_over(user: User, token: str) -> Any:
    """The link, once: the answer to the form itself, so that no address leads to it again."""
    link = public_address(url_for("accounts.link", token=token))
    return make_response(*render("accounts/hand_over.html", user=user, link=link,
                                 hours=rule("accounts.one_time_link_hours").value))


@pages.get("/users/<int:user_id>", needs="accounts.user.read")
def user(user_id: int) -> Any:
    found = services.get_user(ctx(), user_id)
    return _page(found, SchemaForm(EditUser(), found))


@pages.post("/users/<int:user_id>", needs="accounts.user.manage")
def update_user(user_id: int) -> Any:
    found = services.get_user(ctx(), user_id)
    form = SchemaForm(EditUser(), found)
    if form.submit(request.form):
        data = {**form.data, "post": form.data["post"] or ""}
        if form.attempt(services.update_user, ctx(), user_id, version=form.version, **data):
            done(_("已保存。"))
            return go("accounts.user", user_id=user_id)
    return _page(found, form)


def _page(found: User, form: SchemaForm) -> Any:
    grants = grants_of_account(ctx(), found.id) if ctx().may("access.role.read") else None
    return render("accounts/user.html", 422 if request.method == "POST" else 200, form=form, user=found, grants=grants,
                  locked=locked_until(found.id, found.login_name))


@pages.post("/users/<int:user_id>/link", needs="accounts.user.manage")
def reset_link(user_id: int) -> Any:
    return _hand_over(*services.reset_link(ctx(), user_id))


@pages.post("/users/<int:user_id>/disable", needs="accounts.user.manage")
def disable_user(user_id: int) -> Any:
    services.disable_user(ctx(), user_id)
    done(_("账号已停用，本人已在所有设备上退出登录。"))
    return go("accounts.user", user_id=user_id)


@pages.post("/users/<int:user_id>/enable", needs="accounts.user.manage")
def enable_user(user_id: int) -> Any:
    services.enable_user(ctx(), user_id)
    done(_("账号已启用。"))
    return go("accounts.user", user_id=user_id)


@pages.post("/users/<int:user_id>/unlock", needs="accounts.user.manage")
def unlock_user(user_id: int) -> Any:
    services.unlock_user(ctx(), user_id)
    done(_("已解锁，本人可以重新登录。"))
    return go("accounts.user", user_id=user_id)


@pages.post("/users/<int:user_id>/sign-out", needs="accounts.user.manage")
def sign_out_user(user_id: int) -> Any:
    services.sign_out_user(ctx(), user_id)
    done(_("已让该账号在所有设备上退出登录。"))
    return go("accounts.user", user_id=user_id)


@pages.post("/users/<int:user_id>/second-factor/off", needs="accounts.user.manage")
def clear_second_factor(user_id: int) -> Any:
    services.clear_second_factor(ctx(), user_id)
    done(_("两步验证已取消，请本人登录后重新开启。"))
    return go("accounts.user", user_id=user_id)
