"""Where the own account is signed in, and signing out from afar."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select

from core.base.session import session
from core.contracts.errors import NotFound
from core.service import Context, service

from ..devices import in_words
from ..models import Session
from ..sessions import end_sessions


@dataclass(frozen=True, slots=True)
class Device:
    """One of the own sessions, in words."""

    id: int
    words: str
    address: str
    since: dt.datetime
    seen: dt.datetime
    second_factor: bool
    current: bool


@service(None, writes=False)
def my_devices(ctx: Context) -> list[Device]:
    """Where the account is signed in now, this browser first, then by last use."""
    now = ctx.now()
    rows = session().scalars(select(Session).where(
        Session.user_id == ctx.actor.id, Session.revoked_at.is_(None), Session.expires_at > now, Session.idle_until > now)).all()
    found = [Device(r.id, in_words(r.agent), r.address, r.created_at, r.last_seen_at, r.second_factor,
                    r.id == ctx.actor.session_id) for r in rows]
    return sorted(found, key=lambda d: (not d.current, -d.seen.timestamp()))


@service(None, action="accounts.session.end")
def end_device(ctx: Context, session_id: int) -> None:
    """Sign another browser of the own account out. Raises NotFound."""
    if not end_sessions(ctx.actor.id or 0, "by owner", only=session_id):
        raise NotFound("session")
    ctx.audit("user", ctx.actor.id, ctx.actor.label, sessions_ended=1)


@service(None, action="accounts.session.end")
def end_everywhere(ctx: Context, *, others: bool) -> int:
    """Sign out everywhere, or everywhere but here; how many sessions ended."""
    ended = end_sessions(ctx.actor.id or 0, "by owner", but=ctx.actor.session_id if others else None)
    ctx.audit("user", ctx.actor.id, ctx.actor.label, sessions_ended=ended)
    return ended
