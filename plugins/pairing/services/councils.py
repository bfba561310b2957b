"""The joint council as a body: founding it, its seats, closing it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import select

from core.base.db import session
from core.base.i18n import _
from core.contracts.errors import Conflict
from core.people.models import OrgUnit
from core.service import Context, service

from ..facts import Errors, check_person, check_texts, clean, is_meeting_place, not_future
from ..models import Council, CouncilMember, CouncilSession
from ..sides import unit_named
from .sheets import follow_seats

MANAGE = "pairing.council.manage"


@service(MANAGE)
def found_council(ctx: Context, *, org_id: int, **data: Any) -> Council:
    """Found a council. Raises Invalid with a sentence per field."""
    org = session().get(OrgUnit, (ctx.tenant.id, org_id))
    errors: Errors = {}
    if not is_meeting_place(org) or not ctx.may(MANAGE, org.path):
        errors["org_id"] = [_("请选择您负责范围内正常运行的街道、社区。")]
    else:
        _check_name(org.id, data["name"], errors)
    not_future(ctx, data.get("founded_on"), "founded_on", errors)
    check_texts(data, ("charter",), errors)
    clean(errors)
    assert org is not None
    council = Council(org_id=org.id, org_path=org.path, name=data["name"], kind=data["kind"],
                      founded_on=data.get("founded_on") or ctx.today(), charter=data.get("charter") or "")
    session().add(council)
    session().flush()
    ctx.audit("pairing_council", council.id, council.name)
    return council


@service(MANAGE)
def update_council(ctx: Context, council_id: int, *, name: str, kind: str, charter: str | None = None,
                   version: int | None = None) -> Council:
    """Mend the name, kind or charter of a council. Raises Invalid for a name its place has already."""
    council = own(ctx, Council, council_id)
    ctx.check_version(council, version)
    errors: Errors = {}
    if name != council.name:
        _check_name(council.org_id, name, errors)
    check_texts({"charter": charter}, ("charter",), errors)
    clean(errors)
    council.name, council.kind, council.charter = name, kind, charter or ""
    session().flush()
    ctx.audit("pairing_council", council.id, council.name, council_kind=kind)
    return council


def _check_name(org_id: int, name: str, errors: Errors) -> None:
    if session().scalars(select(Council.id).where(Council.org_id == org_id, Council.name == name)).first():
        errors["name"] = [_("已有同名的会议，请核对。")]


@service(MANAGE)
def close_council(ctx: Context, council_id: int, *, version: int | None = None) -> Council:
    """The council meets no more: its seats end, its records stay. Raises Conflict while a session stands unconfirmed."""
    council = own(ctx, Council, council_id)
    ctx.check_version(council, version)
    if council.closed_on or open_sessions(council.id):
        raise Conflict(_("还有没开完的会议，请先确认或取消会议，再撤销联席会议。"))
    for member in session().scalars(select(CouncilMember).where(
            CouncilMember.council_id == council.id, CouncilMember.ends_on.is_(None))):
        member.ends_on = ctx.today()
    council.closed_on = ctx.today()
    session().flush()
    ctx.audit("pairing_council", council.id, council.name, closed=True)
    return council


@service(MANAGE)
def seat(ctx: Context, council_id: int, *, name: str, unit_id: int | None = None, **data: Any) -> CouncilMember:
    """Give somebody a seat, for a unit or for the community itself; sessions to come expect him."""
    council = living(own(ctx, Council, council_id))
    unit = unit_named(ctx, unit_id) if unit_id else None
    errors: Errors = {}
    if unit_id and (unit is None or unit.left_on):
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
    _follow(council.id)
    ctx.audit("pairing_council", council.id, council.name, seat=member.unit_name or True)
    return member


@service(MANAGE)
def unseat(ctx: Context, member_id: int, *, ends_on: dt.date | None = None) -> CouncilMember:
    """End a seat; it stays in the sheets of past sessions."""
    member = own(ctx, CouncilMember, member_id)
    member.ends_on = member.ends_on or ends_on or ctx.today()
    session().flush()
    _follow(member.council_id)
    ctx.audit("pairing_council", member.council_id, member.name, ended=True)
    return member


def _follow(council_id: int) -> None:
    for held in open_sessions(council_id):
        follow_seats(held)


def open_sessions(council_id: int) -> list[CouncilSession]:
    """Sessions planned and not yet confirmed as held, soonest first."""
    return list(session().scalars(select(CouncilSession).where(
        CouncilSession.council_id == council_id, CouncilSession.held.is_(False)).order_by(CouncilSession.on)))


def living(council: Council) -> Council:
    """Raises Conflict for a council that was closed."""
    if council.closed_on:
        raise Conflict(_("这个联席会议已经撤销，不能再安排。"))
    return council


def own(ctx: Context, model: Any, record_id: int) -> Any:
    """A record of a council the actor manages. Raises NotFound or Forbidden."""
    found = ctx.get(model, record_id)
    ctx.require(MANAGE, found.org_path)
    return found
