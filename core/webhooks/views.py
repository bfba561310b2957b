"""事件推送: webhooks of the tenant, their secrets (shown once), and the log of deliveries."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from flask import make_response, request

from core.base.i18n import _
from core.contracts.errors import Conflict, Invalid
from core.rules import rule
from core.web import Pages, ctx, done, go, render, warn
from core.web.forms import SchemaForm
from core.web.paging import asked

from . import deliveries, services
from .catalogue import on_offer, title_of
from .models import ACTIVE, PAUSED, STOPPED, Webhook
from .schemas import HookForm, Since
from .sending import MANAGE
from .words import DELIVERY_STATES, HOOK_STATES, REASONS, failure_of, state_of

pages = Pages("webhooks", __name__)
HOOK = "/<int:hook_id>"
DAY = dt.timedelta(days=1)


@pages.get("/", needs=MANAGE)
def index() -> Any:
    waiting, listed = services.open_deliveries(ctx()), services.list_hooks(ctx())
    return render("webhooks/index.html", hooks=[(hook, *_said(hook), waiting.get(hook.id, 0)) for hook in listed])


def _said(hook: Webhook) -> tuple[str, str]:
    """(words, tone) for its state."""
    return state_of(HOOK_STATES, hook.state) if hook.has_secret else (_("没有密钥"), "warn")


@pages.form("/new", needs=MANAGE)
def new() -> Any:
    services.list_hooks(ctx())                      # who may not set one up is told before filling in the form
    form = _form()
    if request.method == "POST" and form.submit(request.form) and form.attempt(services.create_hook, ctx(), **form.data):
        return _hand_over(*form.result)
    return _shown(form, None)


@pages.form(HOOK + "/edit", needs=MANAGE)
def edit(hook_id: int) -> Any:
    hook = services.get_hook(ctx(), hook_id)
    form = _form(hook)
    if request.method == "POST" and form.submit(request.form) and form.attempt(
            services.update_hook, ctx(), hook_id, version=form.version, **form.data):
        done(_("已保存。"))
        return go("webhooks.hook", hook_id=hook_id)
    return _shown(form, hook)


def _form(hook: Webhook | None = None) -> SchemaForm:
    """The form with the kinds on offer, and those chosen before whose module is off now."""
    schema, before = HookForm(), set(hook.kinds) if hook else set()
    offered = [(kind.name, kind.title) for _module, listed in on_offer(ctx().plugins, ctx().working) for kind in listed]
    off = sorted(before - {name for name, _title in offered})
    schema.fields["kinds"].source = [*offered, *((name, title_of(name, ctx().plugins)) for name in off)]
    return SchemaForm(schema, obj=hook)


def _shown(form: SchemaForm, hook: Webhook | None) -> Any:
    groups = list(on_offer(ctx().plugins, ctx().working))
    named = {kind.name for _module, listed in groups for kind in listed}
    return render("webhooks/form.html", form.status, form=form, hook=hook, groups=groups,
                  off=[(value, label) for value, label, *_find in form["kinds"].choices if value not in named])


def _hand_over(hook: Webhook, secret: str) -> Any:
    """The secret, once: the answer to the form itself, so that no address leads to it again."""
    answer = make_response(*render("webhooks/secret.html", hook=hook, secret=secret, hours=rule("webhooks.overlap").value))
    answer.headers["Cache-Control"] = "no-store"
    return answer


@pages.get(HOOK, needs=MANAGE)
def hook(hook_id: int) -> Any:
    """One webhook and what was delivered."""
    found = services.get_hook(ctx(), hook_id)
    wanted = request.args.get("state", "")
    state = wanted if wanted in DELIVERY_STATES else ""
    page = deliveries.deliveries_page(ctx(), hook_id, *asked(), state)
    return render("webhooks/hook.html", hook=found, page=page, state=state, states=DELIVERY_STATES,
                  old_until=services.old_secret_until(ctx(), hook_id), said=_said(found), reason=REASONS.get(found.reason, ""),
                  kinds=[title_of(name, ctx().plugins) for name in found.kinds],
                  running=found.state == ACTIVE and found.has_secret,
                  paused=found.state in (PAUSED, STOPPED), since=found.failing_since or ctx().now() - DAY,
                  rows=[(row, title_of(row.kind, ctx().plugins), *state_of(DELIVERY_STATES, row.state),
                         failure_of(row.error, row.status)) for row in page.items])


@pages.get(HOOK + "/deliveries/<int:delivery_id>", needs=MANAGE)
def delivery(hook_id: int, delivery_id: int) -> Any:
    """One delivery: what was told, and every attempt."""
    row = deliveries.get_delivery(ctx(), hook_id, delivery_id)
    tries = [(dt.datetime.fromisoformat(one["at"]), one, failure_of(one["error"], one["status"])) for one in reversed(row.tries)]
    return render("webhooks/delivery.html", hook=services.get_hook(ctx(), hook_id), row=row, tries=tries,
                  title=title_of(row.kind, ctx().plugins), said=state_of(DELIVERY_STATES, row.state))


def _try(hook_id: int, act: Callable[[], Any], sentence: Callable[[Any], str]) -> Any:
    """Do it and go back to the webhook, with a sentence of what was done or why not."""
    try:
        done(sentence(act()))
    except Invalid as refused:
        warn(str(refused))
    except Conflict as refused:
        if not refused.message:
            raise
        warn(refused.message)
    return go("webhooks.hook", hook_id=hook_id)


@pages.post(HOOK + "/pause", needs=MANAGE)
def pause(hook_id: int) -> Any:
    return _try(hook_id, lambda: services.pause_hook(ctx(), hook_id), lambda _hook: _("已暂停。期间的事件会留着，恢复后补发。"))


@pages.post(HOOK + "/resume", needs=MANAGE)
def resume(hook_id: int) -> Any:
    return _try(hook_id, lambda: services.resume_hook(ctx(), hook_id), lambda n: _("已恢复，补发 %(n)s 条。", n=n))


@pages.post(HOOK + "/ping", needs=MANAGE)
def ping(hook_id: int) -> Any:
    return _try(hook_id, lambda: services.ping(ctx(), hook_id), lambda _id: _("测试已发出，结果几秒后出现在下面的记录里。"))


@pages.post(HOOK + "/secret", needs=MANAGE)
def exchange(hook_id: int) -> Any:
    return _hand_over(*services.exchange_secret(ctx(), hook_id))


@pages.post(HOOK + "/remove", needs=MANAGE)
def remove(hook_id: int) -> Any:
    services.remove_hook(ctx(), hook_id)
    done(_("事件推送已删除。"))
    return go("webhooks.index")


@pages.post(HOOK + "/deliveries/<int:delivery_id>/replay", needs=MANAGE)
def replay(hook_id: int, delivery_id: int) -> Any:
    return _try(hook_id, lambda: deliveries.replay(ctx(), hook_id, delivery_id), lambda _row: _("已重新排队，马上推送。"))


@pages.post(HOOK + "/replay", needs=MANAGE)
def replay_failed(hook_id: int) -> Any:
    """Everything that failed since a moment."""
    form = SchemaForm(Since())
    if not form.submit(request.form):
        services.get_hook(ctx(), hook_id)
        warn(form.sentences())
        return go("webhooks.hook", hook_id=hook_id)
    return _try(hook_id, lambda: deliveries.replay_failed(ctx(), hook_id, **form.data), lambda n: _("已重新排队 %(n)s 条。", n=n))
