"""What the services of this module have in common: finding an account, and signing in where nothing else may be written."""

from __future__ import annotations

import dataclasses
import re

from sqlalchemy import select

from core.base.i18n import _
from core.base.session import session
from core.contracts.errors import Invalid, NotFound
from core.service import Context
from core.web.forms import clean

from ..models import User

LONGEST_LOGIN = 60
LOGIN = re.compile(r"[a-z0-9][a-z0-9._@-]{1,59}")


def tidy_login(typed: str) -> str:
    """A name for signing in as it is stored: ASCII forms, lower case, no blanks around, at most 60 characters."""
    return clean.ascii_form(typed[: 4 * LONGEST_LOGIN])[:LONGEST_LOGIN].lower()


def usable_login(typed: str, field: str = "login_name") -> str:
    """The name for signing in as it is stored. Raises Invalid about `field` for one that cannot be."""
    login = tidy_login(typed)
    if not LOGIN.fullmatch(login):
        raise Invalid({field: [_("账号为 2–60 位小写字母、数字和 . _ - @，以字母或数字开头，例如 zhangwei。")]})
    return login


def find_account(typed: str) -> User | None:
    """The account with this name in the tenant in scope, whatever its state."""
    tidy = tidy_login(typed)
    found = session().scalars(select(User).where(User.login_name.in_({tidy, typed[:LONGEST_LOGIN].replace("\x00", "")}))).all()
    return min(found, key=lambda user: user.login_name != tidy, default=None)


def own_account(ctx: Context) -> User:
    """The account of whoever is signed in."""
    found = session().get(User, (ctx.tenant.id, ctx.actor.id)) if ctx.actor.kind == "user" else None
    if found is None:
        raise NotFound("user")
    return found


def still_open(ctx: Context) -> Context:
    """The context for signing in and out: possible while the unit is read-only, or nobody could read."""
    if ctx.tenant.status != "read_only":
        return ctx
    return ctx.evolve(tenant=dataclasses.replace(ctx.tenant, status="active"))
