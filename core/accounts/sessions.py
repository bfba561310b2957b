"""Server-side sessions: opened at sign-in, found by the cookie's token, revocable at once."""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import dataclass
from typing import Any

from flask import request
from sqlalchemy import Select, exists, select, update

from core.access.models import Role, RoleGrant
from core.base import clock
from core.base.crypto import token_hash
from core.base.scope import current_scope
from core.base.session import begin_write, session
from core.rules import rule
from core.settings.models import ModuleSettings

from .models import ACTIVE, Session, User

TOUCH = dt.timedelta(minutes=2)
CHANGE_PASSWORD, ENROL = "accounts.change_password", "accounts.enrol"


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The account behind a request.

    next_step    endpoint the account must visit first (new password, second factor)
    fresh_until  until then the session need not be looked up again: it neither ends nor wants touching
    """

    user_id: int
    name: str
    session_id: int
    next_step: str = ""
    preferences: dict[str, str] | None = None
    fresh_until: dt.datetime | None = None


def cookie_name() -> str:
    """`__Host-` binds the cookie to the host; tenants by path on one host get a cookie limited to their path instead."""
    if not request.is_secure:
        return "juheli"
    return "__Secure-juheli" if request.script_root else "__Host-juheli"


def open_session(user: User, *, address: str, agent: str, second_factor: bool) -> str:
    """A new session in the running transaction; returns the token for the cookie."""
    token = secrets.token_urlsafe(32)
    now = clock.now()
    session().add(Session(
        user_id=user.id, token_hash=token_hash(token), last_seen_at=now, idle_until=now + _idle(),
        expires_at=now + dt.timedelta(hours=rule("accounts.session_hours").value), address=address[:64], agent=agent[:200],
        second_factor=second_factor))
    return token


def _idle() -> dt.timedelta:
    return dt.timedelta(minutes=rule("accounts.session_idle_minutes").value)


def resolve(token: str | None) -> SignedIn | None:
    """The account signed in with this token in the tenant in scope, or None. One statement; touched every two minutes."""
    if not token:
        return None
    now = clock.now()
    row = session().execute(_found(token_hash(token), now)).one_or_none()
    if row is None or (row.enrolled and not row.second_factor):
        return None
    seen = row.last_seen_at
    if now - seen > TOUCH:
        _touch(row.id, now)
        seen = now
    fresh_until = min(seen + TOUCH, row.idle_until, row.expires_at)
    return SignedIn(row.user_id, row.name, row.id, _next_step(row), row.preferences or {}, fresh_until)


def _found(hashed: str, now: dt.datetime) -> Select[Any]:
    needs_totp = exists().where(
        RoleGrant.tenant_id == Session.tenant_id, RoleGrant.user_id == Session.user_id, RoleGrant.in_force(clock.today()),
        Role.tenant_id == RoleGrant.tenant_id, Role.id == RoleGrant.role_id, Role.needs_totp)
    return (
        select(Session.id, Session.last_seen_at, Session.idle_until, Session.expires_at, Session.second_factor,
               User.id.label("user_id"), User.name,
               User.must_change_password, User.preferences, User.totp_secret.is_not(None).label("enrolled"),
               needs_totp.label("needs_totp"), ModuleSettings.chosen)
        .join(User, (User.tenant_id == Session.tenant_id) & (User.id == Session.user_id))
        .outerjoin(ModuleSettings, (ModuleSettings.tenant_id == Session.tenant_id) & (ModuleSettings.module == "accounts"))
        .where(Session.token_hash == hashed, Session.revoked_at.is_(None), Session.expires_at > now,
               Session.idle_until > now, User.state == ACTIVE)
    )


def _next_step(row: Any) -> str:
    if row.must_change_password:
        return CHANGE_PASSWORD
    required = row.needs_totp or (row.chosen or {}).get("second_factor") == "required"
    return ENROL if required and not row.enrolled else ""


def _touch(session_id: int, now: dt.datetime) -> None:
    begin_write()
    session().execute(update(Session).where(Session.tenant_id == current_scope().tenant_id, Session.id == session_id)
                      .values(last_seen_at=now, idle_until=now + _idle())
                      .execution_options(synchronize_session=False, access_unchanged=True))
    session().commit()


def end_sessions(user_id: int, why: str, *, but: int | None = None, only: int | None = None) -> int:
    """End sessions of an account at once, in the running transaction: all, all `but` one, or `only` one. How many ended."""
    which = [Session.user_id == user_id, Session.revoked_at.is_(None)]
    which += [Session.id != but] if but is not None else []
    which += [Session.id == only] if only is not None else []
    done = session().execute(update(Session).where(*which).values(revoked_at=clock.now(), end=why)
                             .execution_options(synchronize_session=False))
    return int(done.rowcount)  # type: ignore[attr-defined]
