"""What everybody may do with the own account: password, second factor, small preferences."""

from __future__ import annotations

import datetime as dt

from core.base import totp
from core.base.i18n import _
from core.base.session import session
from core.contracts.errors import Invalid
from core.service import Context, service

from .. import second_factor
from ..models import Session, User
from ..policy import problems, set_password
from ..sessions import end_sessions, open_session
from .prove import prove_code, prove_password
from .standing import own_account

FRESH = dt.timedelta(minutes=10)        # so long after signing in nobody is asked for the password again


def change_password(ctx: Context, *, current: str, password: str, again: str, agent: str = "") -> str:
    """A new password; all other sessions end, this one gets a new token, which is returned. Raises Invalid, TooMany."""
    if password != again:
        raise Invalid({"again": [_("两次输入的密码不一样。")]})
    prove_password(ctx, current)
    return _change_password(ctx, password=password, agent=agent)


@service(None, action="accounts.password.change")
def _change_password(ctx: Context, *, password: str, agent: str) -> str:
    user = own_account(ctx)
    if wrong := problems(user, password, ctx):
        raise Invalid({"password": wrong})
    set_password(user, password, ctx)
    return _anew(ctx, user, agent, "password")


def _anew(ctx: Context, user: User, agent: str, why: str) -> str:
    """End every session of the account and open one for this browser; returns its token."""
    ended = end_sessions(user.id, why)
    ctx.audit("user", user.id, user.name, sessions_ended=max(0, ended - 1))
    return open_session(user, address=ctx.address, agent=agent, second_factor=bool(user.totp_secret))


def is_fresh(ctx: Context) -> bool:
    """Whether this session was opened a moment ago, so that the password need not be asked again."""
    running = session().get(Session, (ctx.tenant.id, ctx.actor.session_id)) if ctx.actor.session_id else None
    return running is not None and ctx.now() - running.created_at < FRESH


def enrol(ctx: Context, *, code: str, current: str = "", agent: str = "") -> tuple[str, list[str]]:
    """Switch the second factor on: (new session token, recovery codes). Raises Invalid, TooMany."""
    if not is_fresh(ctx):
        prove_password(ctx, current)
    return _enrol(ctx, code=code, agent=agent)


@service(None, action="accounts.second_factor.on")
def _enrol(ctx: Context, *, code: str, agent: str) -> tuple[str, list[str]]:
    user = own_account(ctx)
    if user.totp_secret:
        raise Invalid({}, _("两步验证已经开启。"))
    secret = second_factor.proposed_secret(ctx)
    step = totp.accepted_step(secret, code[:40], at=ctx.now(), last_step=user.totp_step)
    if step is None:
        raise Invalid({"code": [_("验证码不对。请核对手机时间是否准确，再输入最新的六位数字。")]})
    codes = second_factor.enrol(user, secret, step)
    return _anew(ctx, user, agent, "second factor"), codes


def drop_second_factor(ctx: Context, *, current: str, code: str, agent: str = "") -> str:
    """Switch the second factor off; returns the new session token. Raises Invalid, TooMany."""
    prove_password(ctx, current)
    prove_code(ctx, code)
    return _drop(ctx, agent=agent)


@service(None, action="accounts.second_factor.off")
def _drop(ctx: Context, *, agent: str) -> str:
    user = own_account(ctx)
    second_factor.drop(user)
    return _anew(ctx, user, agent, "second factor")


def renew_codes(ctx: Context, *, code: str) -> list[str]:
    """New recovery codes in place of the old ones, against a code from the telephone. Raises Invalid, TooMany."""
    prove_code(ctx, code)
    return _renew(ctx)


@service(None, action="accounts.second_factor.codes")
def _renew(ctx: Context) -> list[str]:
    user = own_account(ctx)
    codes = second_factor.renew_recovery_codes(user)
    ctx.audit("user", user.id, user.name)
    return codes


@service(None, action="accounts.me.update")
def update_me(ctx: Context, *, post: str, preferences: dict[str, str]) -> User:
    """Own post and reading preferences. The name is kept by the unit's admin: it stands in the record of what was done."""
    user = own_account(ctx)
    changes = {"post": [user.post, post]} if user.post != post else {}
    user.post, user.preferences = post, {**(user.preferences or {}), **preferences}
    ctx.audit("user", user.id, user.name, changes=changes)
    return user
