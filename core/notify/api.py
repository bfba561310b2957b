"""Notices, the board and feedback for programs: those of the account of the token, and bulletins it may write."""

from __future__ import annotations

from typing import Any

from core.base.i18n import _l
from core.web import SIGNED_IN, ctx
from core.web.api import TEXT, Api, items_of, told
from core.web.resource import Paged, Resource, act, listed, shape
from core.web.wire import Answer

from . import feedback as voices
from . import notices, services, wording
from .models import Bulletin, Feedback, Notice
from .schemas import BulletinForm, FeedbackForm, WordingLines

api = Api("notify", __name__)
NOTICE = shape(Notice, ("title", "url", "source", "at", "read_at"))
POSTED = shape(Bulletin, ("org_id", "title=shown_title", "body=shown_body", "starts_on", "ends_on", "objection_until",
                          "objection_to", "published_at"))
VOICE = shape(Feedback, ("kind", "subject", "body", "sent_on", "state", "answer", "answered_on"))


@api.get("/notices", needs=SIGNED_IN, title=_l("消息"), query=Paged,
         answers=told(items={"type": "array", "items": NOTICE}, total={"type": "integer"}))
def notices_of_account(query: dict[str, Any]) -> dict[str, Any]:
    return listed(notices.notices_page(ctx(), query["page"], query["limit"]), query["page"], NOTICE)


act(api, "POST", "/notices/<int:record_id>/read", notices.mark_read, answers=NOTICE, page="open_notice", title=_l("标为已读"))
act(api, "POST", "/notices/read-all", notices.mark_all_read, page="read_all", title=_l("全部标为已读"))

bulletins = Resource(api, "/bulletins", _l("公告"), Bulletin, (
    "org_id", "title", "body", "mask_names", "starts_on", "ends_on", "objection_until", "objection_to", "state", "published_at",
    "published_by"), reads=services.find_bulletin, note=_l("发布、撤下见 /records/notify.bulletin"))
bulletins.create(services.draft_bulletin, BulletinForm, page="write")
bulletins.change(services.change_bulletin, BulletinForm, page="change")


@api.get("/board", needs=SIGNED_IN, title=_l("公开栏"), answers=POSTED, many=True)
def board() -> Any:
    return services.board(ctx())


@api.get("/feedback", needs=SIGNED_IN, title=_l("自己提的意见建议"), answers=VOICE, many=True)
def my_feedback() -> Any:
    return voices.my_feedback(ctx())


WORDING = told(name=TEXT, title=TEXT, zh=TEXT, en=TEXT, changed={"type": "boolean"}, version={"type": "integer"},
               places={"type": "array", "items": TEXT})


def _worded(one: wording.Worded) -> dict[str, Any]:
    return {"name": one.name, "title": str(one.template.title), **one.words, "changed": one.changed, "version": one.version,
            "places": list(one.template.values)}


@api.get("/wordings", needs=wording.MANAGE, title=_l("通知用语"), answers=items_of(WORDING))
def wordings() -> Any:
    return {"items": [_worded(one) for one in wording.wordings(ctx())]}


@api.get("/wordings/<template>", needs=wording.MANAGE, title=_l("一条通知的用语"), answers=WORDING, tagged=True)
def one_wording(template: str) -> Any:
    one = wording.wording(ctx(), template)
    return Answer(_worded(one), version=one.version, lasting=False)


@api.patch("/wordings/<template>", needs=wording.MANAGE, title=_l("修改一条通知的用语"), takes=WordingLines, answers=WORDING,
           versioned=True, tagged=True, page="one_wording", note=_l("没有写的语言不变，写 null 恢复默认"))
def change_wording(template: str, data: dict[str, Any], version: int | None) -> Any:
    texts = {**wording.wording(ctx(), template).words, **data}
    one = wording.save_wording(ctx(), template, texts=texts, version=version)
    return Answer(_worded(one), version=one.version)


@api.post("/wordings/<template>/reset", needs=wording.MANAGE, title=_l("通知用语恢复默认"), answers=WORDING,
          page="wording_default")
def reset_wording(template: str) -> Any:
    one = wording.reset_wording(ctx(), template)
    return Answer(_worded(one), version=one.version)


act(api, "POST", "/feedback", voices.send_feedback, FeedbackForm, answers=VOICE, status=201, page="feedback",
    title=_l("提意见建议或投诉"))
