"""The joint council for programs: bodies, seats, sessions with their sheets, topics, resolutions."""

from __future__ import annotations

from typing import Any

from marshmallow import fields

from core.base.i18n import _l
from core.web import ctx
from core.web.api import TEXT, Api, items_of, told
from core.web.forms import Bool, Int, Length, Range, Ref, Schema, Text, ui
from core.web.forms.fields import BIGGEST
from core.web.resource import Resource, act

from .models import Council, CouncilResolution, CouncilSession, CouncilTopic
from .queries import councils as queries
from .schemas.council import (
    CouncilEdit,
    CouncilForm,
    MemberForm,
    MinutesForm,
    OutcomeForm,
    ResolutionForm,
    SessionForm,
    TopicForm,
)
from .services import councils as services
from .services import sessions

council_api = Api("pairing", __name__, prefix="/pairing", part="councils")
READ = "pairing.council.read"


class Decided(ResolutionForm):
    """A resolution; which topics and units there are, the service says."""

    topic_id = Ref("pairing_topic", metadata=ui(_l("来自哪个议题")))  # type: ignore[assignment]
    unit_id = Ref("pairing_unit", metadata=ui(_l("承办单位")))  # type: ignore[assignment]


class SheetLine(Schema):
    """Who sat for one seat."""

    member_id = Int(required=True, validate=Range(1, BIGGEST), metadata=ui(_l("席位")))
    present = Bool(load_default=False, metadata=ui(_l("到会")))
    decides = Bool(load_default=False, metadata=ui(_l("能作决定")))
    stand_in = Text(load_default="", validate=Length(max=60), metadata=ui(_l("代会人")))


class Sheet(Schema):
    items = fields.List(fields.Nested(SheetLine), required=True, validate=Length(max=1000))


bodies = Resource(council_api, "/councils", _l("联席会议"), Council, (
    "name", "kind", "org_id", "founded_on", "charter", "closed_on"), reads=queries.council_page, of="council")
bodies.create(services.found_council, CouncilForm, page="new_council")
bodies.change(services.update_council, CouncilEdit, page="edit_council")
bodies.act("close", services.close_council, page="close_council", title=_l("撤销联席会议"))
bodies.act("members", services.seat, MemberForm, page="new_member", title=_l("加入成员"), status=201)
act(council_api, "POST", "/councils/members/<int:record_id>/end", services.unseat, page="end_member", title=_l("成员离席"))

meetings = Resource(council_api, "/sessions", _l("联席会议的会议"), CouncilSession, (
    "council_id", "number", "on", "place", "chair", "recorder", "minutes", "held"), reads=queries.session_page, of="held")
meetings.create(sessions.plan_session, SessionForm, below="/councils/<int:record_id>/sessions", page="new_session")
meetings.change(sessions.change_session, SessionForm, page="edit_session")
meetings.act("cancel", sessions.cancel_session, page="cancel_session", title=_l("取消会议"))
meetings.act("hold", sessions.hold_session, MinutesForm, page="hold", title=_l("确认会议"))

topics = Resource(council_api, "/topics", _l("议题"), CouncilTopic, (
    "council_id", "session_id", "title", "text", "proposed_by", "submitted_on", "state", "outcome"), needs=READ)
topics.create(sessions.propose_topic, TopicForm, below="/councils/<int:record_id>/topics", page="new_topic")
topics.act("settle", sessions.settle_topic, OutcomeForm, page="settle", title=_l("登记议题结果"))

resolutions = Resource(council_api, "/resolutions", _l("议定事项"), CouncilResolution, (
    "session_id", "topic_id", "unit_id", "owner_name", "text", "due_on", "state", "result", "reported_on", "times_carried"),
    reads=queries.resolution_page, of=0, ledger="pairing.resolutions")
resolutions.create(sessions.resolve, Decided, below="/sessions/<int:record_id>/resolutions", page="resolve")

LINE = told(member_id={"type": "integer"}, name=TEXT, unit=TEXT, present={"type": "boolean"}, decides={"type": "boolean"},
            stand_in=TEXT)


@council_api.get("/sessions/<int:record_id>/sheet", needs=READ, title=_l("会议签到"), answers=items_of(LINE))
def sheet(record_id: int) -> dict[str, Any]:
    return lines_of(record_id)


def lines_of(record_id: int) -> dict[str, Any]:
    """Who is on the sheet of a session, with names."""
    return {"items": [{"member_id": member.id, "name": member.name, "unit": member.unit_name, "present": row.present,
                       "decides": row.decides, "stand_in": row.stand_in}
                      for row, member in queries.session_page(ctx(), record_id).sheet]}


@council_api.post("/sessions/<int:record_id>/sheet", needs=sessions.MANAGE, title=_l("保存会议签到"), takes=Sheet,
                  answers=items_of(LINE), versioned=True, page="tick")
def tick(record_id: int, data: dict[str, Any], version: int | None) -> dict[str, Any]:
    lines = data["items"]
    sessions.tick(ctx(), record_id, present=[one["member_id"] for one in lines if one["present"]],
                  deciding=[one["member_id"] for one in lines if one["decides"]],
                  stand_ins={one["member_id"]: one["stand_in"] for one in lines}, version=version)
    return lines_of(record_id)
