"""One-time links: the token is shown once, its hash is kept, it works once and for a limited time."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select, update

from core.base import clock
from core.base.crypto import new_token, token_hash
from core.base.session import session
from core.rules import rule

from .models import OneTimeLink

ACTIVATION, RESET = "activation", "reset"


def make_link(user_id: int, purpose: str, now: dt.datetime) -> str:
    """A new link for an account of the tenant in scope, in the running transaction; returns the token.

    Links handed out before stop working.
    """
    void_links(user_id, now)
    token = new_token()
    ends = now + dt.timedelta(hours=rule("accounts.one_time_link_hours").value)
    session().add(OneTimeLink(user_id=user_id, purpose=purpose, token_hash=token_hash(token), expires_at=ends))
    return token


def find_link(token: str) -> OneTimeLink | None:
    """The unused, unexpired link with this token in the tenant in scope, or None."""
    return session().scalars(
        select(OneTimeLink).where(OneTimeLink.token_hash == token_hash(token), OneTimeLink.used_at.is_(None),
                                  OneTimeLink.expires_at > clock.now())).one_or_none()


def use_link(link: OneTimeLink, now: dt.datetime) -> bool:
    """Mark the link used in one statement; False when somebody was faster."""
    done = session().execute(
        update(OneTimeLink).where(OneTimeLink.id == link.id, OneTimeLink.used_at.is_(None), OneTimeLink.expires_at > now)
        .values(used_at=now).execution_options(synchronize_session=False))
    return bool(done.rowcount == 1)  # type: ignore[attr-defined]


def void_links(user_id: int, now: dt.datetime) -> None:
    """Links of the account that were not used yet count as used."""
    session().execute(update(OneTimeLink).where(OneTimeLink.user_id == user_id, OneTimeLink.used_at.is_(None))
                      .values(used_at=now).execution_options(synchronize_session=False))
