"""How long the log is kept, and what becomes of deliveries that nobody would take up again."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import delete, select

from core.base.session import session
from core.rules import rule
from core.service import Context, service

from . import outgoing
from .models import ACTIVE, HELD, WAITING, Delivery, Webhook, WebhookSecret
from .sending import secrets_of

SLACK = dt.timedelta(days=1)


@service(None, action="webhooks.hook.tidy", audited=False)
def tidy_up(ctx: Context) -> dict[str, int]:
    """Drop what is older than the rule says and secrets that have ended; queue again what lost its job or its webhook's rest.

    Nothing is given up here: only an attempt may do that, or a delivery would fail that nobody has ever tried.
    """
    unsynchronised = {"synchronize_session": False}
    old = delete(Delivery).where(Delivery.at < ctx.now() - dt.timedelta(days=rule("webhooks.kept").value))
    gone = session().execute(old.execution_options(**unsynchronised)).rowcount  # type: ignore[attr-defined]
    session().execute(delete(WebhookSecret).where(WebhookSecret.ends_at < ctx.now()).execution_options(**unsynchronised))
    return {"dropped": gone, "requeued": _lost(ctx) + _held_by_mistake(ctx)}


def _lost(ctx: Context) -> int:
    """Waiting for a day, and no job names them: it died, or was taken out of the queue by hand."""
    waiting = session().scalars(select(Delivery.id).where(Delivery.state == WAITING, Delivery.since < ctx.now() - SLACK)).all()
    named = outgoing.named_by_jobs() if waiting else set()
    return outgoing.again([number for number in waiting if number not in named], ctx.now(), still=WAITING)


def _held_by_mistake(ctx: Context) -> int:
    """Held although their webhook is at work: it was resumed while they were put aside."""
    at_work = [hook for hook in session().scalars(select(Webhook.id).where(Webhook.state == ACTIVE)) if secrets_of(ctx, hook)]
    held = session().scalars(select(Delivery.id).where(Delivery.state == HELD, Delivery.hook_id.in_(at_work))).all()
    return outgoing.again(held, ctx.now(), still=HELD)
