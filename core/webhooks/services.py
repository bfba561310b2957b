"""Setting up webhooks: who holds the permission for the whole tenant; events are of the whole tenant too."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import delete, func, select
from sqlalchemy.orm.attributes import flag_modified

from core.base.db import new_id
from core.base.i18n import _
from core.base.session import session
from core.contracts.errors import Conflict, Invalid
from core.rules import rule
from core.service import Context, service

from . import outgoing, signing
from .addresses import tidy_url
from .catalogue import PING
from .catalogue import kinds as all_kinds
from .guard import policy
from .models import ACTIVE, HELD, PAUSED, WAITING, Delivery, Webhook, WebhookSecret
from .sending import MANAGE, secrets_of

OLD_SECRETS = 3         # so many sign beside a new one


@service(MANAGE, writes=False)
def list_hooks(ctx: Context) -> list[Webhook]:
    """All of the tenant, in the order they were made."""
    ctx.require(MANAGE, "")
    return list(session().scalars(select(Webhook).order_by(Webhook.id)))


@service(MANAGE, writes=False)
def get_hook(ctx: Context, hook_id: int) -> Webhook:
    """Raises NotFound."""
    return _hook(ctx, hook_id)


@service(MANAGE, writes=False)
def open_deliveries(ctx: Context) -> dict[int, int]:
    """webhook id -> deliveries that wait or are held."""
    ctx.require(MANAGE, "")
    rows = session().execute(select(Delivery.hook_id, func.count()).where(Delivery.state.in_((WAITING, HELD)))
                             .group_by(Delivery.hook_id)).all()
    return {hook_id: count for hook_id, count in rows}


@service(MANAGE, writes=False)
def old_secret_until(ctx: Context, hook_id: int) -> dt.datetime | None:
    """Until when the secret before an exchange signs as well."""
    ending = [row.ends_at for row in _hook(ctx, hook_id).secrets if row.ends_at is not None and row.ends_at > ctx.now()]
    return max(ending, default=None)


def _hook(ctx: Context, hook_id: int) -> Webhook:
    ctx.require(MANAGE, "")
    return ctx.get(Webhook, hook_id)


@service(MANAGE, action="webhooks.hook.create")
def create_hook(ctx: Context, *, name: str, url: str, kinds: Sequence[str]) -> tuple[Webhook, str]:
    """(webhook, its secret, never to be had again). Raises Invalid with a sentence per field."""
    ctx.require(MANAGE, "")
    most = rule("webhooks.most").value
    if (session().scalar(select(func.count(Webhook.id))) or 0) >= most:
        raise Invalid({}, _("一个单位最多 %(n)s 个事件推送，请先删除不用的。", n=most))
    hook = Webhook(id=new_id(), made_by=ctx.actor.label[:80])
    _fill(ctx, hook, name=name, url=url, kinds=kinds)
    session().add(hook)
    session().flush()
    secret = _new_secret(ctx, hook)
    ctx.audit("webhook", hook.id, hook.name, host=urlsplit(hook.url).hostname, kinds=hook.kinds)
    return hook, secret


@service(MANAGE, action="webhooks.hook.update")
def update_hook(ctx: Context, hook_id: int, *, version: int | None = None, **data: Any) -> Webhook:
    """Change name, address or kinds; left-out fields stay. Raises Invalid, Conflict, NotFound."""
    hook = _hook(ctx, hook_id)
    ctx.check_version(hook, version)
    before = {"name": hook.name, "url": hook.url, "kinds": hook.kinds}
    _fill(ctx, hook, **before | data)
    session().flush()
    fields = [name for name, value in before.items() if getattr(hook, name) != value]
    target = {"target": [_digest(before["url"]), _digest(hook.url)]} if "url" in fields else {}
    ctx.audit("webhook", hook.id, hook.name, host=urlsplit(hook.url).hostname, kinds=hook.kinds, fields=fields, **target)
    return hook


def _digest(url: str) -> str:
    """Tells two addresses apart without repeating what may be a secret in them."""
    return hashlib.sha256(url.encode()).hexdigest()[:16]


def _fill(ctx: Context, hook: Webhook, *, name: str, url: str, kinds: Sequence[str]) -> None:
    """Raises Invalid: an address nothing is sent to, a kind nobody here knows."""
    if not name:
        raise Invalid({"name": [_("此项必填")]})
    hook.name, hook.kinds = name, known_kinds(ctx, kinds, before=hook.kinds or ())
    if hook.url != url:
        hook.url = tidy_url(url, policy())
        hook.failures, hook.failing_since, hook.rest_until = 0, None, None      # what was wrong was the old address
        if hook.state == ACTIVE:
            outgoing.rouse(hook.id)


def known_kinds(ctx: Context, wanted: Iterable[str], before: Iterable[str] = ()) -> list[str]:
    """The kinds, each once, in the order of the catalogue. Those of a module that is off stay where they were chosen before."""
    chosen, kept = set(wanted), set(before)
    there = [name for name in all_kinds(ctx.plugins) if ctx.plugins.active(name, ctx.working) or name in kept]
    if unknown := sorted(chosen - set(there)):
        named = "、".join(name[:80] for name in unknown[:5])
        raise Invalid({"kinds": [_("没有这种事件，或者它的应用没有启用：%(names)s", names=named)]})
    if not chosen:
        raise Invalid({"kinds": [_("请至少选择一种事件。")]})
    return [name for name in there if name in chosen]


def _new_secret(ctx: Context, hook: Webhook) -> str:
    secret = signing.new_secret()
    row = WebhookSecret(id=new_id(), hook_id=hook.id)
    row.sealed = signing.sealed(secret, row, ctx.tenant.id)
    session().add(row)
    session().flush()
    return secret


@service(MANAGE, action="webhooks.hook.exchange")
def exchange_secret(ctx: Context, hook_id: int, *, version: int | None = None) -> tuple[Webhook, str]:
    """A new secret; those before sign beside it for as long as the rule says: after two exchanges in a row (an answer was
    lost) the receiver may know only the first.
    """
    hook = _hook(ctx, hook_id)
    ctx.check_version(hook, version)
    end = ctx.now() + dt.timedelta(hours=rule("webhooks.overlap").value)
    opened_here = bool(secrets_of(ctx, hook.id))
    before = session().scalars(select(WebhookSecret).where(WebhookSecret.hook_id == hook.id)
                               .order_by(WebhookSecret.id.desc())).all()
    signing_still = [row for row in before if row.ends_at is None or row.ends_at > ctx.now()][:OLD_SECRETS]
    for row in before:
        if row in signing_still:
            row.ends_at = min(row.ends_at or end, end)
        else:
            session().delete(row)
    flag_modified(hook, "name")             # a new version: who repeats it with the version read before is refused
    session().flush()
    secret = _new_secret(ctx, hook)
    if not opened_here:
        hook.state, hook.reason = PAUSED, ""        # it came from elsewhere: somebody says when it starts here
    ctx.audit("webhook", hook.id, hook.name, old_until=end.isoformat() if signing_still else None)
    return hook, secret


@service(MANAGE, action="webhooks.hook.pause")
def pause_hook(ctx: Context, hook_id: int, *, version: int | None = None) -> Webhook:
    """Nothing goes out; what happens is kept for it. Raises Conflict when it rests already."""
    hook = _hook(ctx, hook_id)
    ctx.check_version(hook, version)
    if hook.state != ACTIVE:
        raise Conflict(_("这个推送已经暂停。"))
    hook.state, hook.reason = PAUSED, ""
    ctx.audit("webhook", hook.id, hook.name)
    return hook


@service(MANAGE, action="webhooks.hook.resume")
def resume_hook(ctx: Context, hook_id: int, *, version: int | None = None) -> int:
    """It is at work again, and what was kept for it goes out; how many that are.

    Raises Conflict when it is at work, Invalid for one without a secret here (it came with an archive).
    """
    hook = _hook(ctx, hook_id)
    ctx.check_version(hook, version)
    _refuse_without_secret(ctx, hook)
    if hook.state == ACTIVE:
        raise Conflict(_("这个推送没有暂停。"))
    hook.state, hook.reason, hook.failures, hook.failing_since, hook.rest_until = ACTIVE, "", 0, None, None
    session().flush()
    outgoing.rouse(hook.id)
    held = outgoing.again(session().scalars(select(Delivery.id).where(Delivery.hook_id == hook.id, Delivery.state == HELD)
                                            .order_by(Delivery.at, Delivery.id)).all(), ctx.now())
    ctx.audit("webhook", hook.id, hook.name, deliveries=held)
    return held


@service(MANAGE, action="webhooks.hook.update", audited=False)
def change_hook(ctx: Context, hook_id: int, *, version: int | None = None, state: str | None = None, **data: Any) -> Webhook:
    """Fields and state at once, as programs change them; what stands as wanted already is no conflict."""
    hook = _hook(ctx, hook_id)
    ctx.check_version(hook, version)
    if data:
        update_hook(ctx, hook_id, **data)
    if state == PAUSED and hook.state == ACTIVE:
        pause_hook(ctx, hook_id)
    elif state == ACTIVE and hook.state != ACTIVE:
        resume_hook(ctx, hook_id)
    return hook


def _refuse_without_secret(ctx: Context, hook: Webhook) -> None:
    if not secrets_of(ctx, hook.id):
        raise Invalid({}, _("这个推送是随数据包来的，密钥留在了原来的地方。请先更换密钥，把新密钥交给接收方。"))


@service(MANAGE, action="webhooks.hook.remove")
def remove_hook(ctx: Context, hook_id: int, *, version: int | None = None) -> None:
    """The webhook, its secrets and its log go; what waits is not sent."""
    hook = _hook(ctx, hook_id)
    ctx.check_version(hook, version)
    ctx.audit("webhook", hook.id, hook.name, host=urlsplit(hook.url).hostname)
    for model in (WebhookSecret, Delivery):
        its = delete(model).where(model.tenant_id == ctx.tenant.id, model.hook_id == hook.id)
        session().execute(its.execution_options(synchronize_session=False))
    session().delete(hook)


@service(MANAGE, action="webhooks.hook.test")
def ping(ctx: Context, hook_id: int) -> int:
    """Send an event that means nothing; the id of its delivery. Also while it rests. Raises Invalid without a secret here."""
    hook = _hook(ctx, hook_id)
    _refuse_without_secret(ctx, hook)
    ctx.audit("webhook", hook.id, hook.name)
    return outgoing.write([(hook.id, ACTIVE, PING, {"hook_id": hook.id})])[0]

