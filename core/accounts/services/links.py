"""The page behind a one-time link: whoever holds it chooses the password of the account."""

from __future__ import annotations

from core.base.i18n import _
from core.base.session import session
from core.contracts.errors import Invalid, NotFound
from core.service import PUBLIC, Context, service

from ..attempts import unlock
from ..links import find_link, use_link, void_links
from ..models import ACTIVE, User
from ..policy import problems, set_password
from ..sessions import end_sessions
from .standing import still_open


def account_of_link(ctx: Context, token: str) -> User | None:
    """The account a link is for; None for a link that is used, too old, of another unit, or of nobody."""
    link = find_link(token)
    user = session().get(User, (ctx.tenant.id, link.user_id)) if link else None
    return user if user and user.state == ACTIVE else None


def follow_link(ctx: Context, token: str, *, password: str, again: str) -> str:
    """Set the password; returns the name to sign in with. Raises NotFound (see account_of_link) and Invalid (the link stays)."""
    return _follow(still_open(ctx), token, password=password, again=again)


@service(PUBLIC, action="accounts.link")
def _follow(ctx: Context, token: str, *, password: str, again: str) -> str:
    user, link = account_of_link(ctx, token), find_link(token)
    if user is None or link is None:
        raise NotFound("link")
    if password != again:
        raise Invalid({"again": [_("两次输入的密码不一样。")]})
    if wrong := problems(user, password, ctx):
        raise Invalid({"password": wrong})
    if not use_link(link, ctx.now()):
        raise NotFound("link")
    set_password(user, password, ctx)
    void_links(user.id, ctx.now())
    unlock(user.id, user.login_name)
    ended = end_sessions(user.id, "password")
    ctx.audit("user", user.id, user.name, purpose=link.purpose, sessions_ended=ended)
    return user.login_name
