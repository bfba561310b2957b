"""The joint council: seats, sessions, topics, resolutions."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import func, select

from core.base.db import session
from core.base.i18n import _
from core.base.scope import beyond_subtree
from core.contracts.errors import Conflict, Forbidden, Invalid
from core.people.models import OrgUnit
from core.people.words import LIVING_STATUS
from core.rules import due_date, rule
from core.service import Context, service
from core.work import engine

from ..facts import Errors, check_person, check_result, check_texts, clean, not_future
from ..models import Council, CouncilAttendance, CouncilMember, CouncilResolution, CouncilSession, CouncilTopic
from ..queries.seats import council_in_sight, own_seat
from ..sides import unit_named
from ..workflows import resolution_flow

MANAGE, PROPOSE = "pairing.council.manage", "pairing.topic.propose"


@service(MANAGE)
def found_council(ctx: Context, *, org_id: int, **data: Any) -> Council:
    """Found a council. Raises Invalid with a sentence per field."""
    org = session().get(OrgUnit, (ctx.tenant.id, org_id))
    errors: Errors = {}
    if org is None or org.status not in LIVING_STATUS or not ctx.may(MANAGE, org.path):
        errors["org_id"] = [_("请选择您负责范围内正常运行的街道、社区。")]
    elif session().scalars(select(Council.id).where(Council.org_id == org.id, Council.name == data["name"])).first():
        errors["name"] = [_("已有同名的会议，请核对。")]
    not_future(ctx, data.get("founded_on"), "founded_on", errors)
    clean(errors)
    assert org is not None
    council = Council(org_id=org.id, org_path=org.path, name=data["name"], kind=data["kind"],
                      founded_on=data.get("founded_on") or ctx.today(), charter=data.get("charter") or "")
    session().add(council)
    session().flush()
    ctx.audit("pairing_council", council.id, council.name)
    return council


@service(MANAGE)
def seat(ctx: Context, council_id: int, *, name: str, unit_id: int | None = None, **data: Any) -> CouncilMember:
    """Give somebody a seat, for a unit or for the community itself."""
    council = _own(ctx, Council, council_id)
    unit = unit_named(ctx, unit_id) if unit_id else None
    errors: Errors = {}
    if unit_id and unit is None:
        errors["unit_id"] = [_("请从列表中选择一个单位。")]
    check_person(ctx, data.get("person_id"), "person_id", errors)
    clean(errors)
    member = CouncilMember(
        council_id=council.id, org_id=council.org_id, org_path=council.org_path, unit_id=unit.id if unit else None,
        unit_path=unit.org_path if unit else None, unit_name=unit.name if unit else "", name=name.strip(),
        post=data.get("post") or "", person_id=data.get("person_id"), can_decide=bool(data.get("can_decide")),
        starts_on=data.get("starts_on") or ctx.today())
    session().add(member)
    session().flush()
    ctx.audit("pairing_council", council.id, council.name, seat=member.unit_name or True)
    return member


@service(MANAGE)
def unseat(ctx: Context, member_id: int) -> CouncilMember:
    """End a seat; it stays in the sheets of past sessions."""
    member = _own(ctx, CouncilMember, member_id)
    member.ends_on = member.ends_on or ctx.today()
    ctx.audit("pairing_council", member.council_id, member.name, ended=True)
    return member


@service(MANAGE)
def plan_session(ctx: Context, council_id: int, *, on: dt.date, **data: Any) -> CouncilSession:
    """Plan a session: its sheet lists everybody who has a seat, its agenda the topics handed in so far."""
    council = _own(ctx, Council, council_id)
    if council.closed_on or on < council.founded_on:
        raise Invalid({"on": [_("日期早于会议成立日期 %(day)s，请核对。", day=council.founded_on.isoformat())]})
    number = (session().scalar(select(func.max(CouncilSession.number)).where(CouncilSession.council_id == council.id)) or 0) + 1
    held = CouncilSession(council_id=council.id, org_path=council.org_path, number=number, on=on,
                          **{name: data.get(name) or "" for name in ("place", "chair", "recorder")})
    session().add(held)
    session().flush()
    seats = session().scalars(select(CouncilMember.id).where(
        CouncilMember.council_id == council.id, CouncilMember.ends_on.is_(None)))
    session().add_all(CouncilAttendance(session_id=held.id, member_id=one) for one in seats.all())
    for topic in session().scalars(select(CouncilTopic).where(CouncilTopic.council_id == council.id,
        CouncilTopic.state == "collected")).all():
        topic.session_id, topic.state = held.id, "tabled"
    session().flush()
    ctx.audit("pairing_council", council.id, council.name, session=number, on=on.isoformat())
    return held


@service(PROPOSE)
def propose_topic(ctx: Context, council_id: int, *, title: str, text: str | None = None) -> CouncilTopic:
    """Hand in a topic: the council's own side, or a unit that has a seat. Too late for the next session, it waits for
    the one after."""
    council = council_in_sight(ctx, council_id)
    mine = None if ctx.may(PROPOSE, council.org_path) else own_seat(ctx, council)
    if mine is None and not ctx.may(PROPOSE, council.org_path):
        raise Forbidden(PROPOSE)
    errors: Errors = {}
    check_texts({"title": title, "text": text}, ("title", "text"), errors)
    clean(errors)
    with beyond_subtree("pairing: the next session of a council one has a seat in"):
        coming = next_session(ctx, council)
    topic = CouncilTopic(council_id=council.id, org_id=council.org_id, org_path=council.org_path, title=title.strip(),
                  text=(text or "").strip(), proposed_by=(mine.unit_name if mine else "") or ctx.actor.label[:80],
                  submitted_on=ctx.today(), unit_id=mine.unit_id if mine else None, unit_path=mine.unit_path if mine else None,
                  session_id=coming.id if coming else None, state="tabled" if coming else "collected")
    session().add(topic)
    session().flush()
    ctx.audit("pairing_council", council.id, council.name, topic=topic.title)
    return topic


def next_session(ctx: Context, council: Council) -> CouncilSession | None:
    """The next planned session for which topics may still be handed in (rule pairing.topics_ahead)."""
    last = due_date(ctx.today(), rule("pairing.topics_ahead")).on
    return session().scalars(select(CouncilSession).where(
        CouncilSession.council_id == council.id, CouncilSession.held.is_(False), CouncilSession.on >= last)
        .order_by(CouncilSession.on).limit(1)).one_or_none()


@service(MANAGE)
def settle_topic(ctx: Context, topic_id: int, *, state: str, outcome: str) -> CouncilTopic:
    """Note what became of a topic; a deferred one is collected again for the next session."""
    topic = _own(ctx, CouncilTopic, topic_id)
    topic.outcome = outcome.strip()
    topic.state = state
    ctx.audit("pairing_council", topic.council_id, topic.title, state=state)
    return topic


@service(MANAGE)
def tick(ctx: Context, session_id: int, *, present: list[int], stand_ins: dict[int, str], deciding: list[int]) -> int:
    """Who sat in the session: seats, stand-ins by name, and who of them could decide. Returns how many were there."""
    held = _open_session(ctx, session_id)
    for row in session().scalars(select(CouncilAttendance).where(CouncilAttendance.session_id == held.id)):
        row.stand_in = stand_ins.get(row.member_id, "").strip()[:60]
        row.present = row.member_id in present or bool(row.stand_in)
        row.decides = row.present and row.member_id in deciding
    session().flush()
    here = session().scalar(select(func.count(CouncilAttendance.id)).where(
        CouncilAttendance.session_id == held.id, CouncilAttendance.present.is_(True))) or 0
    ctx.audit("pairing_council", held.council_id, "", session=held.number, present=here)
    return here


@service(MANAGE)
def resolve(ctx: Context, session_id: int, *, text: str, owner_name: str, due_on: dt.date, topic_id: int | None = None,
            unit_id: int | None = None) -> CouncilResolution:
    """Note a resolution with its owner (a unit with a seat, or the community) and its date."""
    held = _own(ctx, CouncilSession, session_id)
    council = _own(ctx, Council, held.council_id)
    errors: Errors = {}
    check_texts({"text": text}, ("text",), errors)
    check_result(text, "text", errors)
    if due_on < held.on:
        errors["due_on"] = [_("完成期限早于会议日期 %(day)s，请核对。", day=held.on.isoformat())]
    unit = unit_named(ctx, unit_id) if unit_id else None
    if unit_id and (unit is None or not _has_seat(council.id, unit_id)):
        errors["unit_id"] = [_("承办单位须是会议成员单位，请先加入成员。")]
    if topic_id and not session().scalars(select(CouncilTopic.id).where(CouncilTopic.id == topic_id,
        CouncilTopic.session_id == held.id)).first():
        errors["topic_id"] = [_("请选择本次会议的议题。")]
    clean(errors)
    row = CouncilResolution(session_id=held.id, topic_id=topic_id, unit_id=unit_id, org_path=council.org_path,
                     owner_path=unit.org_path if unit else council.org_path, owner_name=owner_name.strip(), text=text.strip(),
                     due_on=due_on)
    engine.start(ctx, resolution_flow, row, happened_on=min(held.on, ctx.today()))
    return row


def _has_seat(council_id: int, unit_id: int) -> bool:
    return session().scalars(select(CouncilMember.id).where(
        CouncilMember.council_id == council_id, CouncilMember.unit_id == unit_id,
        CouncilMember.ends_on.is_(None))).first() is not None


@service(MANAGE)
def hold_session(ctx: Context, session_id: int, *, minutes: str, version: int | None = None) -> CouncilSession:
    """The session was held: its sheet is final. At least one who can decide for a unit must have been there."""
    held = _open_session(ctx, session_id)
    ctx.check_version(held, version)
    errors: Errors = {}
    not_future(ctx, held.on, "minutes", errors)
    check_texts({"minutes": minutes}, ("minutes",), errors)
    deciding = session().scalar(select(func.count(CouncilAttendance.id)).where(
        CouncilAttendance.session_id == held.id, CouncilAttendance.decides.is_(True))) or 0
    if not deciding:
        errors.setdefault("minutes",
            []).append(_("到会人员中还没有能代表单位作决定的人。请先登记到会情况；只派人旁听的会不能形成决议。"))
    clean(errors)
    held.minutes, held.held = minutes.strip(), True
    session().flush()
    ctx.audit("pairing_council", held.council_id, "", session=held.number, held=True)
    return held


def _own(ctx: Context, model: Any, record_id: int) -> Any:
    """A record of a council the actor manages. Raises NotFound or Forbidden."""
    found = ctx.get(model, record_id)
    ctx.require(MANAGE, found.org_path)
    return found


def _open_session(ctx: Context, session_id: int) -> CouncilSession:
    held = _own(ctx, CouncilSession, session_id)
    if held.held:
        raise Conflict(_("这次会议已经确认，到会情况和纪要不能再改。"))
    return held
