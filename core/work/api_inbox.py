"""The inbox for programs: what waits for the account of the token, taking, handing over, settling, deputies."""

from __future__ import annotations

from typing import Any

from core.base.i18n import _l
from core.service import Context
from core.web import SIGNED_IN, ctx
from core.web.api import TEXT, Api, items_of, told
from core.web.forms import Choice, Date, Length, LongText, Ref, Refs, Schema, Text, ui
from core.web.resource import Paged, Resource, act, listed, shape

from . import handover, services
from .inbox import Narrowing
from .lists import items_page
from .models import Delegation, WorkItem
from .schemas import Settled

inbox_api = Api("work", __name__, prefix="/inbox", part="inbox")
TABS = {"mine": _l("待我办理"), "started": _l("我发起的"), "finished": _l("我办结的")}
ITEM = ("source", "declared", "step", "record_kind", "record_id", "subject", "title", "state", "opened_at", "opened_by_name",
        "due_on", "assignee_id", "assignee_name", "handed_by_name", "handed_reason", "closed_at", "closed_by_name", "outcome")
DEPUTY = shape(Delegation, ("user_id", "user_name", "deputy_id", "deputy_name", "starts_on", "ends_on", "note"))


class Wanted(Paged):
    """Which list, and which page of it."""

    tab = Choice(list(TABS.items()), load_default="mine", metadata=ui(_l("列表")))
    due = Choice([("overdue", _l("已逾期")), ("today", _l("今天到期")), ("soon", _l("即将到期"))], load_default="",
                 metadata=ui(_l("期限")))
    text = Text(load_default="", validate=Length(max=80), metadata=ui(_l("搜索")))


class Handing(Schema):
    user_id = Ref("user", required=True, metadata=ui(_l("转交给")))
    reason = LongText(required=True, validate=Length(max=200), metadata=ui(_l("转交原因")))


class StandingIn(Schema):
    deputy_id = Ref("user", required=True, metadata=ui(_l("代办人")))
    starts_on = Date(required=True, metadata=ui(_l("开始日期")))
    ends_on = Date(required=True, metadata=ui(_l("结束日期")))
    note = Text(validate=Length(max=200), metadata=ui(_l("说明")))


class Several(Schema):
    item_ids = Refs("work_item", required=True, validate=Length(max=100), metadata=ui(_l("待办")))


items = Resource(inbox_api, "/items", _l("一项待办"), WorkItem, ITEM, reads=services.find_item)
items.act("take", handover.take_up, page="take", title=_l("接手办理"))
items.act("back", handover.take_back, page="give_back", title=_l("收回转交的待办"))
items.act("hand", handover.hand_over, Handing, page="hand", title=_l("转交待办"))
items.act("settle", services.settle, Settled, page="settle", title=_l("标为办结"),
          note=_l("只用于提醒；流程的步骤用 /records 办理"))


@inbox_api.get("", needs=SIGNED_IN, title=_l("待办列表"), query=Wanted,
               answers=told(items={"type": "array", "items": items.shape}, total={"type": "integer"}))
def inbox(query: dict[str, Any]) -> dict[str, Any]:
    found = items_page(ctx(), query["tab"], Narrowing(due=query["due"], text=query["text"]), query["page"], query["limit"])
    return listed(found, query["page"], items.shape)


@inbox_api.get("/items/<int:record_id>/candidates", needs=SIGNED_IN, title=_l("可以转交给谁"),
               answers=items_of(told(id={"type": "integer"}, name=TEXT, role=TEXT, post=TEXT)))
def candidates(record_id: int) -> dict[str, Any]:
    return {"items": [{"id": one.user_id, "name": one.name, "role": one.role, "post": one.post or ""}
                      for one in handover.candidates(ctx(), record_id)]}


@inbox_api.post("/confirm", needs=SIGNED_IN, title=_l("办理多项不用填写的步骤"), takes=Several, like_form=True, page="confirm",
                answers=told(made={"type": "integer"}, failed={"type": "array", "items": TEXT}))
def confirm(data: dict[str, Any]) -> dict[str, Any]:
    made, failed = services.confirm_many(ctx(), data["item_ids"])
    return {"made": made, "failed": failed}


@inbox_api.get("/deputies", needs=SIGNED_IN, title=_l("代办安排"), answers=DEPUTY, many=True)
def deputies() -> Any:
    return handover.deputies(ctx())


def _name_deputy(ctx: Context, *, note: str | None, **data: Any) -> Delegation:
    return handover.name_deputy(ctx, note=note or "", **data)


act(inbox_api, "POST", "/deputies", _name_deputy, StandingIn, name="name_deputy", needs=SIGNED_IN, answers=DEPUTY, status=201,
    page="deputies", title=_l("请人代办"))
act(inbox_api, "POST", "/deputies/<int:record_id>/end", handover.end_deputy, answers=DEPUTY, page="end_deputy",
    title=_l("结束代办安排"))
