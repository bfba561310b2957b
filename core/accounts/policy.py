"""The password policy of the tenant in scope, from its rules."""
from __future__ import annotations

from core.base.passwords import Policy
from core.rules import rule


def password_policy() -> Policy:
    """The figures of the profile the tenant has chosen (`default` or `dengbao3`), own values included."""
    profile = rule("accounts.password_profile").value
    return Policy(**rule(f"accounts.password_{profile}").value)
