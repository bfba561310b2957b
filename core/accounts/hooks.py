"""Menu entries and search hits of accounts, for those who may see accounts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import url_for
from sqlalchemy import or_, select

from core.base.i18n import _l
from core.base.session import session
from core.plugin import NavItem, SearchHit, hookimpl
from core.service import Context

from .models import ACTIVE, User
from .services.standing import tidy_login


@hookimpl
def nav_items(ctx: Context) -> Iterable[NavItem]:
    return (NavItem(_l("账号"), "ledgers.show", "accounts.user.read", "people", "manage", 20, {"name": "accounts.users"}),)


@hookimpl
def search_hits(query: Any, ctx: Context) -> Iterable[SearchHit]:
    if not ctx.may("accounts.user.read"):
        return []
    login = tidy_login(query.text)
    rows = session().scalars(select(User).where(
        or_(User.name.contains(query.text, autoescape=True), User.login_name.startswith(login or query.text, autoescape=True),
            User.name_keys.startswith(login or query.text, autoescape=True)))
        .order_by(User.state, User.login_name).limit(query.limit)).all()
    return [SearchHit(user.name, url_for("accounts.user", user_id=user.id), _l("账号"),
                      user.login_name if user.state == ACTIVE else _l("已停用")) for user in rows]
