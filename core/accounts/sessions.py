"""Server-side sessions: opened at sign-in, found by the cookie's token, revocable at once."""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import dataclass

from flask import request
from sqlalchemy import select, update

from core.base import clock
from core.base.crypto import token_hash
from core.base.scope import current_scope
from core.base.session import begin_write, session

from .models import Session, User

IDLE = dt.timedelta(minutes=30)
LONGEST = dt.timedelta(hours=12)
TOUCH = dt.timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The account behind a request. `next_step`: endpoint the account must visit first (new password, second factor)."""

    user_id: int
    name: str
    session_id: int
    next_step: str = ""
    preferences: dict[str, str] | None = None


def cookie_name() -> str:
    """`__Host-` binds the cookie to the host; tenants by path on one host get a cookie limited to their path instead."""
    return "__Host-juheli" if request.is_secure and not request.script_root else "juheli"


def open_session(user: User, *, address: str, agent: str, second_factor: bool) -> str:
    """A new session in the running transaction; returns the token for the cookie."""
    token = secrets.token_urlsafe(32)
    now = clock.now()
    session().add(Session(user_id=user.id, token_hash=token_hash(token), last_seen_at=now, expires_at=now + LONGEST,
                          address=address[:64], agent=agent[:200], second_factor=second_factor))
    return token


def resolve(token: str | None) -> SignedIn | None:
    """The account signed in with this token in the tenant in scope, or None. One statement; touched every two minutes."""
    if not token:
        return None
    now = clock.now()
    row = session().execute(
        select(Session.id, Session.last_seen_at, User.id.label("user_id"), User.name, User.must_change_password,
               User.preferences)
        .join(User, (User.tenant_id == Session.tenant_id) & (User.id == Session.user_id))
        .where(Session.token_hash == token_hash(token), Session.revoked_at.is_(None), Session.expires_at > now,
               Session.last_seen_at > now - IDLE, User.state == "active")
    ).one_or_none()
    if row is None:
        return None
    if now - row.last_seen_at > TOUCH:
        _touch(row.id, now)
    step = "accounts.change_password" if row.must_change_password else ""
    return SignedIn(row.user_id, row.name, row.id, step, row.preferences or {})


def _touch(session_id: int, now: dt.datetime) -> None:
    begin_write()
    session().execute(update(Session).where(Session.tenant_id == current_scope().tenant_id, Session.id == session_id)
                      .values(last_seen_at=now).execution_options(synchronize_session=False))
    session().commit()
