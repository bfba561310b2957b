"""The password policy of the tenant in scope, from its rules, and what it says about a new password."""

from __future__ import annotations

from core.base import passwords
from core.base.i18n import _
from core.base.passwords import Policy, hash_password
from core.base.pinyin import name_keys
from core.rules import rule
from core.service import Context

from .models import User


def password_policy() -> Policy:
    """The figures of the profile the tenant has chosen (`default` or `dengbao3`), own values included."""
    profile = rule("accounts.password_profile").value
    return Policy(**rule(f"accounts.password_{profile}").value)


def own_words(user: User, ctx: Context) -> list[str]:
    """Words that make a password of this account easy to guess: person and unit, as written and in pinyin."""
    names = [user.name, ctx.tenant.name]
    return [user.login_name, ctx.tenant.slug, *names, *(name_keys(name).full for name in names)]


def problems(user: User, password: str, ctx: Context) -> list[str]:
    """What is wrong with a new password for this account; empty when it is accepted."""
    former = [user.password_hash, *user.password_history] if user.password_hash else []
    found = passwords.problems(password, password_policy(), own_words(user, ctx), former)
    if not found and user.password_hash and passwords.verify_password(user.password_hash, password):
        return [_("新密码不能与现在的密码相同。")]
    return found


def set_password(user: User, password: str, ctx: Context) -> None:
    """Keep the new password (checked before) and remember the old one as long as the policy asks."""
    kept = password_policy().remembered
    former = [user.password_hash, *user.password_history] if user.password_hash else []
    user.password_history = former[:kept]
    user.password_hash, user.password_set_at = hash_password(password), ctx.now()
    user.must_change_password = False
