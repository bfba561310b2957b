"""The password policy of the tenant in scope, from its rules, and what it says about a new password."""

from __future__ import annotations

from sqlalchemy import select

from core.base import passwords
from core.base.i18n import _
from core.base.passwords import Policy, hash_password
from core.base.pinyin import name_keys
from core.base.session import session
from core.rules import rule
from core.service import Context
from core.settings.models import ModuleSettings

from .models import User


def password_policy() -> Policy:
    """The figures of the profile the tenant chose in its settings, else of the one its rules name; own values included."""
    chosen = session().scalar(select(ModuleSettings.chosen).where(ModuleSettings.module == "accounts")) or {}
    profile = chosen.get("password_profile") or rule("accounts.password_profile").value
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
