"""Periodic work of accounts."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import delete, or_

from core.base.scope import current_scope
from core.base.session import session
from core.jobs.queue import DAILY, job
from core.service import Context, service

from . import attempts
from .models import OneTimeLink, Session

KEPT = dt.timedelta(days=30)            # addresses and browsers of past sessions are personal data: no longer than useful


@job("accounts.tidy", every=DAILY)
def tidy(ctx: Context, _job: Any) -> dict[str, int]:
    """Delete sessions and links that ended a month ago, and counters of old attempts."""
    return forget_ended(ctx)


@service(None, action="accounts.tidy")
def forget_ended(ctx: Context) -> dict[str, int]:
    long_ago, mine = ctx.now() - KEPT, current_scope().tenant_id
    gone = {}
    for name, model, ended in (
        ("sessions", Session, or_(Session.expires_at < long_ago, Session.revoked_at < long_ago)),
        ("links", OneTimeLink, or_(OneTimeLink.expires_at < long_ago, OneTimeLink.used_at < long_ago)),
    ):
        done = session().execute(delete(model).where(model.tenant_id == mine, ended)  # type: ignore[attr-defined]
                                 .execution_options(synchronize_session=False))
        gone[name] = int(done.rowcount)  # type: ignore[attr-defined]
    gone["attempts"] = attempts.forget_old()
    ctx.audit("tenant", None, "", **gone)
    return gone
