"""One attempt to deliver: what is sent, what became of it, and what follows from that.

No transaction is open while the other side is waited for, and of one webhook one delivery at a time is under way (the job's
lane). A worker that is killed in between leaves the row waiting: the
job's lease ends, another worker sends the same id again. So an event arrives at least once, and in no promised order.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select, update

from core import __version__
from core.access.holders import holders
from core.access.revision import UNCHANGED
from core.base.crypto import Unreadable
from core.base.scope import current_scope
from core.base.session import begin_write, session
from core.jobs.parking import park
from core.jobs.queue import Later
from core.jobs.running import pause_after
from core.notify.wording import tell
from core.rules import rule
from core.service import Context, service

from . import outgoing, signing
from .catalogue import PING
from .guard import policy
from .models import ACTIVE, DELIVERED, FAILED, HELD, STOPPED, WAITING, Delivery, Webhook, WebhookSecret
from .notices import PAUSED
from .outgoing import DELIVER
from .transport import Outcome, post

MANAGE = "webhooks.hook.manage"
TRIES = 30
UNREACHABLE = frozenset({"address", "dns", "inner", "refused", "slow", "tls", "protocol"})
BUSY = frozenset({429, 502, 503, 504})
AWAY = dt.timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Letter:
    """What is sent, read in one go."""

    delivery_id: int
    hook_id: int
    url: str
    kind: str
    body: bytes
    secrets: tuple[str, ...]

    @property
    def message_id(self) -> str:
        return f"msg_{self.delivery_id}"

    def headers(self, now: dt.datetime) -> dict[str, str]:
        at = int(now.timestamp())
        return {"Content-Type": "application/json; charset=utf-8", "User-Agent": f"Juheli/{__version__} (webhooks)",
                "webhook-id": self.message_id, "webhook-timestamp": str(at),
                "webhook-signature": signing.signature(self.secrets, self.message_id, at, self.body)}


def deliver(ctx: Context, delivery_id: int) -> dict[str, Any]:
    """Try once. Raises Later when it must be tried again, or may not be tried yet."""
    row = session().scalars(select(Delivery).where(Delivery.id == delivery_id)).one_or_none()
    if row is None or row.state != WAITING:
        return {"nothing": True}
    hook = session().scalars(select(Webhook).where(Webhook.id == row.hook_id)).one()
    secrets = secrets_of(ctx, hook.id)
    if not secrets or (hook.state != ACTIVE and row.kind != PING):
        return _hold(ctx, row)
    if row.kind != PING and not ctx.plugins.active(row.kind, ctx.working):
        return _park(ctx, row)
    if not policy().on:
        raise Later(AWAY)
    if hook.rest_until is not None and hook.rest_until > ctx.now() and row.kind != PING:
        raise Later(hook.rest_until - ctx.now())
    letter = Letter(row.id, hook.id, hook.url, row.kind, body_of(row), secrets)
    session().commit()                              # nothing is held while the other side is waited for
    outcome = post(letter.url, letter.body, letter.headers(ctx.now()), policy())
    pause = record(ctx, letter, outcome)
    if pause is not None:
        raise Later(pause)
    return {"status": outcome.status, "error": outcome.error}


def body_of(row: Delivery) -> bytes:
    """The same bytes with every attempt."""
    said = {"type": row.kind, "timestamp": row.at.astimezone(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
            "data": row.data}
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()


def secrets_of(ctx: Context, hook_id: int) -> tuple[str, ...]:
    """The secrets in force, the newest first; () when there are none here, or they do not open."""
    its = select(WebhookSecret).where(WebhookSecret.hook_id == hook_id)
    rows = session().scalars(its.order_by(WebhookSecret.id.desc())).all()
    try:
        return tuple(signing.opened(row) for row in rows if row.ends_at is None or row.ends_at > ctx.now())
    except Unreadable:
        return ()


def give_up() -> dt.timedelta:
    return dt.timedelta(hours=rule("webhooks.give_up_after").value)


def _hold(ctx: Context, row: Delivery) -> dict[str, Any]:
    """Put it aside, unless the webhook was resumed since it was read: nobody would take it up again.

    The lock keeps a resuming away, and not those who write deliveries (their foreign key needs less).
    """
    number, hook_id = row.id, row.hook_id
    begin_write()
    locked = select(Webhook).where(Webhook.id == hook_id).with_for_update(key_share=True)
    hook = session().scalars(locked.execution_options(populate_existing=True)).one_or_none()
    if hook is not None and hook.state == ACTIVE and secrets_of(ctx, hook_id):
        session().commit()
        raise Later(dt.timedelta())
    session().execute(update(Delivery).where(Delivery.id == number, Delivery.state == WAITING).values(state=HELD)
                      .execution_options(synchronize_session=False))
    session().commit()
    return {"held": True}


def _park(ctx: Context, row: Delivery) -> dict[str, Any]:
    """The module of the event was switched off: told when it is on again, as events between modules are."""
    module, number, lane = ctx.plugins.owner_of(row.kind), row.id, row.hook_id
    begin_write()
    park(DELIVER, {"delivery_id": number, "module": module}, lane=lane)
    session().commit()
    return {"parked": True}


@service(None, action="webhooks.hook.note", audited=False)
def record(ctx: Context, letter: Letter, outcome: Outcome) -> dt.timedelta | None:
    """Write down what became of an attempt; the pause before the next one, or None when there will be none."""
    row = ctx.get(Delivery, letter.delivery_id)
    row.since = row.since if row.attempts else ctx.now()        # what nobody could try before is not given up for its age
    row.attempts, row.tried_at = row.attempts + 1, ctx.now()
    row.status, row.ms, row.error = outcome.status, outcome.ms, outcome.error
    row.tries = [*row.tries, {"at": ctx.now().isoformat(timespec="seconds"), "status": outcome.status, "ms": outcome.ms,
                              "error": outcome.error}][-TRIES:]
    if not outcome.error:
        row.state = DELIVERED
        if session().scalar(select(Webhook.rest_until).where(Webhook.id == letter.hook_id)) is not None:
            outgoing.rouse(letter.hook_id)
        note(letter.hook_id, failures=0, failing_since=None, rest_until=None, delivered_at=ctx.now())
        return None
    if letter.kind == PING:                         # somebody looks on: one try, and it says nothing about the webhook
        row.state = FAILED
        return None
    return _failed(ctx, row, outcome)


def _failed(ctx: Context, row: Delivery, outcome: Outcome) -> dt.timedelta | None:
    note(row.hook_id, failures=Webhook.failures + 1, failing_since=func.coalesce(Webhook.failing_since, ctx.now()))
    hook = session().scalars(select(Webhook).where(Webhook.id == row.hook_id).execution_options(populate_existing=True)).one()
    pause = dt.timedelta(seconds=outcome.wait) if outcome.wait else pause_after(max(1, min(row.attempts, 8)))
    if (outcome.wait or outcome.error in UNREACHABLE or outcome.status in BUSY
            or hook.failures >= rule("webhooks.rest_after_failures").value):
        away = pause if outcome.wait else pause_after(max(1, min(hook.failures, 8)))
        note(hook.id, rest_until=ctx.now() + away)
        outgoing.rest(hook.id, ctx.now() + away)
        pause = max(pause, away)
    if hook.state == ACTIVE and (outcome.error == "gone" or _hopeless(ctx, hook)):
        _stop(ctx, hook, outcome)
    if hook.state != ACTIVE:
        row.state = HELD
    elif ctx.now() + pause - row.since > give_up():
        row.state = FAILED
    return pause if row.state == WAITING else None


def _hopeless(ctx: Context, hook: Webhook) -> bool:
    since = hook.failing_since or ctx.now()
    return (hook.failures >= rule("webhooks.stop_after_failures").value
            and ctx.now() - since >= dt.timedelta(days=rule("webhooks.stop_after_days").value))


def _stop(ctx: Context, hook: Webhook, outcome: Outcome) -> None:
    hook.state, hook.reason = STOPPED, "gone" if outcome.error == "gone" else "failures"
    session().flush()
    ctx.audit("webhook", hook.id, hook.name, stopped=hook.reason, failures=hook.failures)
    tell(ctx, PAUSED, [holder.user_id for holder in holders(MANAGE, "")], f"/webhooks/{hook.id}", name=hook.name)


def note(hook_id: int, **values: Any) -> None:
    """What deliveries note at a webhook: no change somebody's form could be late for."""
    noted = update(Webhook).where(Webhook.tenant_id == current_scope().tenant_id, Webhook.id == hook_id).values(**values)
    session().execute(noted.execution_options(synchronize_session=False, **{UNCHANGED: True}))
