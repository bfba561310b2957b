"""One-time links: the token is shown once, its hash is kept, it works once and for a limited time."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select

from core.base import clock
from core.base.crypto import new_token, token_hash
from core.base.session import session

from .models import OneTimeLink

ACTIVATION, RESET = "activation", "reset"
VALID = {ACTIVATION: dt.timedelta(days=7), RESET: dt.timedelta(hours=24)}


def make_link(user_id: int, purpose: str, now: dt.datetime) -> str:
    """A new link for an account of the tenant in scope, in the running transaction; returns the token."""
    token = new_token()
    session().add(OneTimeLink(user_id=user_id, purpose=purpose, token_hash=token_hash(token), expires_at=now + VALID[purpose]))
    return token


def find_link(token: str) -> OneTimeLink | None:
    """The unused, unexpired link with this token in the tenant in scope, or None."""
    return session().scalars(
        select(OneTimeLink).where(OneTimeLink.token_hash == token_hash(token), OneTimeLink.used_at.is_(None),
                                  OneTimeLink.expires_at > clock.now())).one_or_none()
