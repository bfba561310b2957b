"""The log of deliveries, and sending again what failed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import func, select

from core.base.i18n import _
from core.base.session import session
from core.contracts.errors import Conflict, NotFound
from core.service import Context, service
from core.web.paging import Page, clamp

from . import outgoing
from .models import ACTIVE, FAILED, WAITING, Delivery, Webhook
from .sending import MANAGE, note
from .services import get_hook


@service(MANAGE, writes=False)
def deliveries_page(ctx: Context, hook_id: int, number: int, size: int, state: str = "") -> Page:
    """Deliveries of a webhook, latest first. Raises NotFound."""
    mine = [Delivery.hook_id == get_hook(ctx, hook_id).id, *([Delivery.state == state] if state else [])]
    total = session().scalar(select(func.count(Delivery.id)).where(*mine)) or 0
    number = clamp(number, size, total)
    found = session().scalars(select(Delivery).where(*mine).order_by(Delivery.at.desc(), Delivery.id.desc())
                              .limit(size).offset((number - 1) * size)).all()
    return Page(found, number, size, total)


@service(MANAGE, writes=False)
def deliveries_before(ctx: Context, hook_id: int, *, before: int | None, limit: int, state: str = "",
                      ) -> tuple[Sequence[Delivery], int | None]:
    """(deliveries latest first, the number to go on with). Raises NotFound."""
    mine = [Delivery.hook_id == get_hook(ctx, hook_id).id, *([Delivery.state == state] if state else []),
            *([Delivery.id < before] if before is not None else [])]
    found = session().scalars(select(Delivery).where(*mine).order_by(Delivery.id.desc()).limit(limit + 1)).all()
    return found[:limit], found[limit - 1].id if len(found) > limit else None


@service(MANAGE, writes=False)
def get_delivery(ctx: Context, hook_id: int, delivery_id: int) -> Delivery:
    """Raises NotFound, also for a delivery of another webhook."""
    return _delivery(ctx, hook_id, delivery_id)[1]


def _delivery(ctx: Context, hook_id: int, delivery_id: int) -> tuple[Webhook, Delivery]:
    hook, row = get_hook(ctx, hook_id), ctx.get(Delivery, delivery_id)
    if row.hook_id != hook.id:
        raise NotFound("Delivery")
    return hook, row


@service(MANAGE, action="webhooks.hook.replay")
def replay(ctx: Context, hook_id: int, delivery_id: int) -> Delivery:
    """Send one again, under its old id: now, also when it, or its webhook, rests after failures.

    Raises Conflict when it is about to be sent anyway, or its webhook is paused.
    """
    hook, row = _delivery(ctx, hook_id, delivery_id)
    _refuse_at_rest(hook)
    if hook.rest_until is not None:
        note(hook.id, rest_until=ctx.now())         # over; when it answers, what rests with it is woken
    if row.state != WAITING or row.id not in outgoing.named_by_jobs():      # one whose job died waits for nobody
        outgoing.again([row.id], ctx.now())
    elif not outgoing.bring_forward(row.id):
        raise Conflict(_("这条正在等待推送，不用重新推送。"))
    session().refresh(row)
    ctx.audit("webhook", hook.id, hook.name, delivery=row.id)
    return row


@service(MANAGE, action="webhooks.hook.replay")
def replay_failed(ctx: Context, hook_id: int, *, since: dt.datetime) -> int:
    """Send again everything that failed of what happened since then; how many. Raises Conflict while the webhook rests."""
    hook = get_hook(ctx, hook_id)
    _refuse_at_rest(hook)
    wanted = select(Delivery.id).where(Delivery.hook_id == hook.id, Delivery.state == FAILED, Delivery.at >= since)
    failed = session().scalars(wanted.order_by(Delivery.at, Delivery.id)).all()
    outgoing.again(failed, ctx.now(), still=FAILED)
    ctx.audit("webhook", hook.id, hook.name, since=since.isoformat(), deliveries=len(failed))
    return len(failed)


def _refuse_at_rest(hook: Webhook) -> None:
    if hook.state != ACTIVE:
        raise Conflict(_("这个推送已暂停，请先恢复。"))
