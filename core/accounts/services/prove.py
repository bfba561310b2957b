"""Asking somebody who is signed in to prove again who it is. Wrong answers count like wrong sign-ins."""

from __future__ import annotations

from core.base.i18n import _
from core.base.passwords import verify_password
from core.contracts.errors import Invalid, TooMany
from core.service import Context, service, unit_of_work

from .. import attempts
from ..attempts import Source
from ..models import User
from ..second_factor import accept_code
from .standing import own_account


def prove_password(ctx: Context, password: str, field: str = "current") -> None:
    """The account's password again. Raises Invalid (about `field`) or TooMany."""
    user = own_account(ctx)
    source = _charge(ctx, user, "password")
    if not verify_password(user.password_hash or None, password):
        _refused(ctx, "password")
        raise Invalid({field: [_("现在的密码不对。")]})
    with unit_of_work(ctx):
        attempts.forgive(source)


def prove_code(ctx: Context, code: str, field: str = "code") -> None:
    """A code from the telephone or a recovery code, which is used up. Raises Invalid (about `field`) or TooMany."""
    source = _charge(ctx, own_account(ctx), "code")
    with unit_of_work(ctx):
        right = accept_code(own_account(ctx), code, ctx)
        if right:
            attempts.forgive(source)
    if not right:
        _refused(ctx, "code")
        raise Invalid({field: [_("验证码不对。每个验证码只能用一次，请输入最新的六位数字。")]})


def _charge(ctx: Context, user: User, what: str) -> Source:
    """Passwords and codes are counted apart, or each right password would forgive a wrong code. Wherever the browser is:
    who is signed in is known.
    """
    source = Source(user.login_name, f"own {what}|{user.id}", user_id=user.id)
    with unit_of_work(ctx):
        wait = attempts.charge(source)
    if wait:
        raise TooMany(wait)
    return source


@service(None, action="accounts.proof")
def _refused(ctx: Context, what: str) -> None:
    ctx.audit("user", ctx.actor.id, ctx.actor.label, result="refused", what=what)
