"""Sessions of the joint council: planning, topics, who was there, resolutions, minutes."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm.attributes import flag_modified

from core.base.db import session
from core.base.i18n import _
from core.base.scope import beyond_subtree
from core.contracts.errors import Conflict, Forbidden, Invalid
from core.rules import due_date, rule
from core.service import Context, service
from core.work import engine

from ..facts import Errors, check_result, check_texts, clean, not_future
from ..models import Council, CouncilAttendance, CouncilMember, CouncilResolution, CouncilSession, CouncilTopic
from ..queries.seats import PROPOSE, council_in_sight, own_seat
from ..sides import unit_named
from ..workflows import resolution_flow
from .councils import MANAGE, living, open_sessions, own
from .sheets import follow_seats

DETAILS = ("place", "chair", "recorder")
COPIED = ("council_id", "org_id", "org_path", "unit_id", "unit_path", "title", "text", "proposed_by", "submitted_on")


@service(MANAGE)
def plan_session(ctx: Context, council_id: int, *, on: dt.date, **data: Any) -> CouncilSession:
    """Plan a session: its sheet lists everybody who has a seat, its agenda the topics handed in or put off so far."""
    council = living(own(ctx, Council, council_id))
    _check_day(council, on)
    number = (session().scalar(select(func.max(CouncilSession.number)).where(CouncilSession.council_id == council.id)) or 0) + 1
    held = CouncilSession(council_id=council.id, org_path=council.org_path, number=number, on=on,
                          **{name: data.get(name) or "" for name in DETAILS})
    session().add(held)
    session().flush()
    follow_seats(held)
    waiting = select(CouncilTopic).where(CouncilTopic.council_id == council.id, CouncilTopic.state.in_(("collected", "deferred")))
    for topic in session().scalars(waiting.order_by(CouncilTopic.id)).all():
        _table(topic, held)
    session().flush()
    ctx.audit("pairing_council", council.id, council.name, session=number, on=on.isoformat())
    return held


def _check_day(council: Council, on: dt.date) -> None:
    if on < council.founded_on:
        raise Invalid({"on": [_("日期早于会议成立日期 %(day)s，请核对。", day=council.founded_on.isoformat())]})


def _table(topic: CouncilTopic, held: CouncilSession) -> None:
    """Put a topic on an agenda. One that an earlier session put off stays in that session's minutes, and comes back."""
    if topic.session_id is None:
        topic.session_id, topic.state = held.id, "tabled"
        return
    topic.state = "carried"
    session().add(CouncilTopic(session_id=held.id, state="tabled", **{name: getattr(topic, name) for name in COPIED}))


@service(MANAGE)
def change_session(ctx: Context, session_id: int, *, on: dt.date, version: int | None = None, **data: Any) -> CouncilSession:
    """Put a session to another day or place; its sheet follows the seats of the new day."""
    held = open_session(ctx, session_id)
    ctx.check_version(held, version)
    council = own(ctx, Council, held.council_id)
    _check_day(council, on)
    held.on = on
    for name in DETAILS:
        setattr(held, name, data.get(name) or "")
    session().flush()
    follow_seats(held)
    ctx.audit("pairing_council", council.id, council.name, session=held.number, on=on.isoformat())
    return held


@service(MANAGE)
def cancel_session(ctx: Context, session_id: int, *, version: int | None = None) -> Council:
    """A planned session does not take place: its topics wait for the next one. Raises Conflict once something was resolved."""
    held = open_session(ctx, session_id)
    ctx.check_version(held, version)
    council = own(ctx, Council, held.council_id)
    topics = session().scalars(select(CouncilTopic).where(CouncilTopic.session_id == held.id)).all()
    resolved = session().scalars(select(CouncilResolution.id).where(CouncilResolution.session_id == held.id)).first()
    if resolved or any(topic.state != "tabled" for topic in topics):
        raise Conflict(_("这次会议已有议题结果或议定事项，不能取消。"))
    for topic in topics:
        topic.session_id, topic.state = None, "collected"
    session().flush()
    session().execute(delete(CouncilAttendance).where(CouncilAttendance.session_id == held.id))
    session().delete(held)
    session().flush()
    ctx.audit("pairing_council", council.id, council.name, session=held.number, cancelled=True)
    return council


@service(PROPOSE)
def propose_topic(ctx: Context, council_id: int, *, title: str, text: str | None = None) -> CouncilTopic:
    """Hand in a topic: the council's own side, or a unit that has a seat. Too late for the next session, it waits for
    the one after. Raises Forbidden for whoever acts for neither."""
    council = living(council_in_sight(ctx, council_id))
    mine = None if ctx.may(PROPOSE, council.org_path) else own_seat(ctx, council)
    if mine is None and not ctx.may(PROPOSE, council.org_path):
        raise Forbidden(PROPOSE)
    errors: Errors = {}
    check_texts({"title": title, "text": text}, ("title", "text"), errors)
    clean(errors)
    with beyond_subtree("pairing: the next session of a council one has a seat in"):
        last = due_date(ctx.today(), rule("pairing.topics_ahead")).on
        coming = next((one for one in open_sessions(council.id) if one.on >= last), None)
    topic = CouncilTopic(council_id=council.id, org_id=council.org_id, org_path=council.org_path, title=title.strip(),
                  text=(text or "").strip(), proposed_by=(mine.unit_name if mine else "") or ctx.actor.label[:80],
                  submitted_on=ctx.today(), unit_id=mine.unit_id if mine else None, unit_path=mine.unit_path if mine else None,
                  session_id=coming.id if coming else None, state="tabled" if coming else "collected")
    session().add(topic)
    session().flush()
    ctx.audit("pairing_council", council.id, council.name, topic=topic.title)
    return topic


@service(MANAGE)
def settle_topic(ctx: Context, topic_id: int, *, state: str, outcome: str, version: int | None = None) -> CouncilTopic:
    """Note what became of a topic; one that is put off comes back at the next session."""
    topic = own(ctx, CouncilTopic, topic_id)
    ctx.check_version(topic, version)
    if topic.state == "carried" or topic.session_id is None:
        raise Conflict(_("这个议题还没有列入会议，或已转到下次会议。"))
    errors: Errors = {}
    check_texts({"outcome": outcome}, ("outcome",), errors)
    clean(errors)
    held = ctx.get(CouncilSession, topic.session_id)
    if held.held and topic.outcome:
        raise Conflict(_("会议已经确认，写进纪要的议题结果不能再改。"))
    topic.outcome, topic.state = outcome.strip(), state
    later = next((one for one in open_sessions(topic.council_id) if one.on > held.on), None)
    if state == "deferred" and later is not None:
        _table(topic, later)
    session().flush()
    ctx.audit("pairing_council", topic.council_id, topic.title, state=state)
    return topic


@service(MANAGE)
def tick(ctx: Context, session_id: int, *, present: list[int], stand_ins: dict[int, str], deciding: list[int],
         version: int | None = None) -> int:
    """Who sat in the session: seats, stand-ins by name, and who of them could decide. Returns how many were there.

    The sheet goes under the session's version: two who record do not overwrite each other. Raises Conflict.
    """
    held = open_session(ctx, session_id)
    ctx.check_version(held, version)
    flag_modified(held, "held")
    here = 0
    for row in session().scalars(select(CouncilAttendance).where(CouncilAttendance.session_id == held.id)):
        row.stand_in = stand_ins.get(row.member_id, "").strip()[:60]
        row.present = row.member_id in present or bool(row.stand_in)
        row.decides = row.present and row.member_id in deciding
        here += row.present
    session().flush()
    ctx.audit("pairing_council", held.council_id, "", session=held.number, present=here)
    return here


@service(MANAGE)
def resolve(ctx: Context, session_id: int, *, text: str, owner_name: str, due_on: dt.date, topic_id: int | None = None,
            unit_id: int | None = None) -> CouncilResolution:
    """Note a resolution with its owner (a unit with a seat, or the community) and its date. Raises Conflict once the session
    is confirmed: its minutes list what was resolved."""
    held = open_session(ctx, session_id)
    council = own(ctx, Council, held.council_id)
    errors: Errors = {}
    check_texts({"text": text}, ("text",), errors)
    check_result(text, "text", errors)
    if due_on < held.on:
        errors["due_on"] = [_("完成期限早于会议日期 %(day)s，请核对。", day=held.on.isoformat())]
    unit = unit_named(ctx, unit_id) if unit_id else None
    if unit_id and (unit is None or not _has_seat(council.id, unit_id)):
        errors["unit_id"] = [_("承办单位须是会议成员单位，请先加入成员。")]
    if topic_id and not session().scalars(select(CouncilTopic.id).where(
            CouncilTopic.id == topic_id, CouncilTopic.session_id == held.id)).first():
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
    held = open_session(ctx, session_id)
    ctx.check_version(held, version)
    errors: Errors = {}
    not_future(ctx, held.on, "minutes", errors)
    check_texts({"minutes": minutes}, ("minutes",), errors)
    deciding = session().scalar(select(func.count(CouncilAttendance.id)).join(
        CouncilMember, (CouncilMember.tenant_id == CouncilAttendance.tenant_id)
        & (CouncilMember.id == CouncilAttendance.member_id)).where(
        CouncilAttendance.session_id == held.id, CouncilAttendance.decides.is_(True), CouncilMember.unit_id.is_not(None)))
    if not deciding:
        errors.setdefault("minutes", []).append(
            _("到会人员中还没有能代表单位作决定的人。请先登记到会情况；只派人旁听的会不能形成决议。"))
    clean(errors)
    held.minutes, held.held = minutes.strip(), True
    session().flush()
    ctx.audit("pairing_council", held.council_id, "", session=held.number, held=True)
    return held


def open_session(ctx: Context, session_id: int) -> CouncilSession:
    """A session of the actor's own that is not confirmed yet. Raises Conflict for one that is."""
    held = own(ctx, CouncilSession, session_id)
    if held.held:
        raise Conflict(_("这次会议已经确认，到会情况、议定事项和纪要不能再改。"))
    return held
