"""How long the log is kept, and what becomes of a delivery whose job died."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import delete, update

from core.base.session import session
from core.rules import rule
from core.service import Context, service

from .models import FAILED, WAITING, Delivery, WebhookSecret
from .sending import give_up

SLACK = dt.timedelta(days=1)


@service(None, action="webhooks.hook.tidy", audited=False)
def tidy_up(ctx: Context) -> dict[str, int]:
    """Drop what is older than the rule says and secrets that have ended; give up what nobody tries any more."""
    unsynchronised = {"synchronize_session": False}
    old = delete(Delivery).where(Delivery.at < ctx.now() - dt.timedelta(days=rule("webhooks.kept").value))
    gone = session().execute(old.execution_options(**unsynchronised)).rowcount  # type: ignore[attr-defined]
    session().execute(delete(WebhookSecret).where(WebhookSecret.ends_at < ctx.now()).execution_options(**unsynchronised))
    lost = update(Delivery).where(Delivery.state == WAITING, Delivery.since < ctx.now() - give_up() - SLACK)
    given_up = session().execute(lost.values(state=FAILED, error="given_up").execution_options(**unsynchronised))
    return {"dropped": gone, "given_up": given_up.rowcount}  # type: ignore[attr-defined]
