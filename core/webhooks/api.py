"""Webhooks for programs: the services of the pages. The secret is in the answer that makes it, and nowhere else."""

from __future__ import annotations

from typing import Any

from flask import url_for
from marshmallow import Schema as Plain
from marshmallow import fields

from core.base.i18n import _l
from core.web import ctx
from core.web.api import TEXT, Api, items_of, told
from core.web.forms import Choice, Int, Length, Moment, Range, Schema, Text, ui
from core.web.wire import Answer

from . import deliveries, services
from .addresses import LONGEST
from .catalogue import kinds, schema_of
from .models import Webhook
from .sending import MANAGE
from .words import DELIVERY_STATES, failure_of

api = Api("webhooks", __name__)
HOOK, DELIVERY = "/<int:hook_id>", "/<int:hook_id>/deliveries/<int:delivery_id>"
ID: dict[str, Any] = {"required": True, "dump_only": True}
SAFE = {"Cache-Control": "no-store"}                # also: the answer to an Idempotency-Key is not kept (core.web.replay)


class HookOut(Plain):
    """A webhook. `failures`: attempts in a row that failed."""

    id = fields.Integer(**ID)
    version = fields.Integer(**ID)
    name = fields.String(**ID)
    url = fields.String(**ID)
    kinds = fields.List(fields.String(), **ID)
    state = fields.String(**ID)
    has_secret = fields.Boolean(**ID)
    failures = fields.Integer(**ID)
    failing_since = fields.AwareDateTime(allow_none=True, **ID)
    delivered_at = fields.AwareDateTime(allow_none=True, **ID)


class HookMade(HookOut):
    secret = fields.String(**ID)


class DeliveryOut(Plain):
    """One event for one webhook; status, ms and sentence are of the last attempt."""

    id = fields.Integer(**ID)
    message_id = fields.Function(lambda row: f"msg_{row.id}", **ID)
    kind = fields.String(**ID)
    data = fields.Dict(**ID)
    at = fields.AwareDateTime(**ID)
    state = fields.String(**ID)
    attempts = fields.Integer(**ID)
    tried_at = fields.AwareDateTime(allow_none=True, **ID)
    status = fields.Integer(allow_none=True, **ID)
    ms = fields.Integer(allow_none=True, **ID)
    sentence = fields.Function(lambda row: failure_of(row.error, row.status), **ID)


class NewHook(Schema):
    name = Text(required=True, validate=Length(min=1, max=60), metadata=ui(_l("用途")))
    url = Text(required=True, validate=Length(min=1, max=LONGEST), metadata=ui(_l("接收网址")))
    kinds = fields.List(Text(validate=Length(min=1, max=80)), required=True, validate=Length(min=1, max=200),
                        metadata=ui(_l("推送哪些事件")), error_messages={"invalid": _l("应为一组事件名称")})


class HookChange(NewHook):
    """`state`: active | paused."""

    state = Choice([("active", _l("推送中")), ("paused", _l("已暂停"))], metadata=ui(_l("状态")))


class Wanted(Schema):
    state = Choice([(name, said[0]) for name, said in DELIVERY_STATES.items()], load_default=None, metadata=ui(_l("状态")))
    limit = Int(load_default=50, validate=Range(min=1, max=200), metadata=ui(_l("最多几条")))
    cursor = Int(load_default=None, validate=Range(min=1), metadata=ui(_l("上一页答复里的 next")))


class FailedSince(Schema):
    since = Moment(required=True, metadata=ui(_l("从什么时候起"), help=_l("例如 2026-01-31 09:30，按北京时间")))


KINDS = items_of(told(name=TEXT, title=TEXT, about=TEXT, data={"type": "object"}))
COUNT = told(deliveries={"type": "integer", "minimum": 0})
GONE = told(id={"type": "integer"})
LOG = told(items={"type": "array", "items": {"type": "object"}}, next={"type": ["integer", "null"]})


@api.get("", needs=MANAGE, title=_l("事件推送"), answers=HookOut, many=True)
def hooks() -> Any:
    return services.list_hooks(ctx())


@api.get("/kinds", needs=MANAGE, title=_l("可以推送的事件和内容格式"), answers=KINDS)
def event_kinds() -> Any:
    here = ctx()
    return {"items": [{"name": kind.name, "title": str(kind.title), "about": str(kind.about), "data": schema_of(kind)}
                      for kind in kinds(here.plugins).values() if here.plugins.active(kind.name, here.working)]}


def _with_secret(hook: Webhook, secret: str, status: int) -> Answer:
    data = {name: getattr(hook, name) for name in HookOut().fields} | {"secret": secret}
    return Answer(data, status, hook.version, {**SAFE, "Location": url_for("webhooks_api.hook", hook_id=hook.id)})


@api.post("", page="new", needs=MANAGE, title=_l("新建事件推送"), takes=NewHook, answers=HookMade, status=201,
          note=_l("答复里的密钥只出现这一次；没有收到答复就更换密钥"))
def create(data: dict[str, Any]) -> Any:
    return _with_secret(*services.create_hook(ctx(), **data), 201)


@api.get(HOOK, needs=MANAGE, title=_l("一个事件推送"), answers=HookOut)
def hook(hook_id: int) -> Any:
    return Answer(services.get_hook(ctx(), hook_id), lasting=False)


@api.patch(HOOK, page=("edit", "pause", "resume"), needs=MANAGE, title=_l("修改、暂停或恢复事件推送"), takes=HookChange,
           answers=HookOut, versioned=True, note=_l("没有写的字段不变；恢复后补发暂停期间的事件"))
def change(hook_id: int, data: dict[str, Any], version: int | None) -> Any:
    return services.change_hook(ctx(), hook_id, version=version, **data)


@api.delete(HOOK, page="remove", needs=MANAGE, title=_l("删除事件推送和它的记录"), answers=GONE, versioned=True)
def remove(hook_id: int, version: int | None) -> Any:
    services.remove_hook(ctx(), hook_id, version=version)
    return {"id": hook_id}


@api.post(HOOK + "/secret", page="exchange", needs=MANAGE, title=_l("更换密钥"), answers=HookMade, status=201, versioned=True,
          note=_l("旧密钥的签名再并用一段时间；答复里的密钥只出现这一次"))
def exchange(hook_id: int, version: int | None) -> Any:
    return _with_secret(*services.exchange_secret(ctx(), hook_id, version=version), 201)


@api.post(HOOK + "/ping", page="ping", needs=MANAGE, title=_l("发一次测试"), answers=DeliveryOut, status=202)
def ping(hook_id: int) -> Any:
    return Answer(deliveries.get_delivery(ctx(), hook_id, services.ping(ctx(), hook_id)), 202, lasting=False)


@api.get(HOOK + "/deliveries", needs=MANAGE, title=_l("推送记录，最新的在前"), query=Wanted, answers=LOG)
def log(hook_id: int, query: dict[str, Any]) -> Any:
    rows, more = deliveries.deliveries_before(ctx(), hook_id, before=query["cursor"], limit=query["limit"],
                                              state=query["state"] or "")
    return {"items": DeliveryOut().dump(rows, many=True), "next": more}


@api.get(DELIVERY, needs=MANAGE, title=_l("一次推送"), answers=DeliveryOut)
def delivery(hook_id: int, delivery_id: int) -> Any:
    return Answer(deliveries.get_delivery(ctx(), hook_id, delivery_id), lasting=False)


@api.post(DELIVERY + "/replay", page="replay", needs=MANAGE, title=_l("重新推送一次"), answers=DeliveryOut, status=202)
def replay(hook_id: int, delivery_id: int) -> Any:
    return Answer(deliveries.replay(ctx(), hook_id, delivery_id), 202, lasting=False)


@api.post(HOOK + "/replay", page="replay_failed", needs=MANAGE, title=_l("重新推送没有送达的"), takes=FailedSince,
          answers=COUNT, status=202)
def replay_failed(hook_id: int, data: dict[str, Any]) -> Any:
    return {"deliveries": deliveries.replay_failed(ctx(), hook_id, since=data["since"])}
