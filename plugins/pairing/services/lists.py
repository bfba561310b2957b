"""The three lists: publishing needs, offering resources, taking on projects, spending their money."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import func, select

from core.base.db import session
from core.base.i18n import _
from core.base.scope import beyond_subtree
from core.contracts.errors import Conflict, Forbidden, Invalid, NotFound
from core.people.models import OrgUnit
from core.service import Context, service
from core.work import engine

from ..conditions import usable
from ..facts import Errors, check_texts, clean, is_meeting_place, not_future
from ..models import Contribution, JointProject, NeedItem, Pairing, PartnerUnit, ResourceItem, Spending
from ..sides import ORG_ACT, UNIT_ACT, note_event, pair_in_sight, require_side, working
from ..words import PROJECT_OPEN
from ..workflows import CLAIM_OPEN, need_flow, project_flow, resource_flow

NEED_FIELDS = ("title", "kind", "detail", "skills", "wanted_by", "budget_fen", "beneficiaries")
OFFER_FIELDS = ("title", "kind", "detail", "skills", "available", "until")
BLANK = {"detail": "", "skills": "", "available": "", "means": ""}


def fill(row: Any, data: dict[str, Any], names: tuple[str, ...]) -> None:
    for name in (n for n in names if n in data):
        setattr(row, name, BLANK.get(name) if data[name] is None else data[name])


@service(ORG_ACT)
def publish_need(ctx: Context, *, org_id: int, published_on: dt.date | None = None, **data: Any) -> NeedItem:
    """A community asks for something; units paired with it see it. Raises Invalid with a sentence per field."""
    org = session().get(OrgUnit, (ctx.tenant.id, org_id))
    if not is_meeting_place(org) or not ctx.may(ORG_ACT, org.path):
        raise Invalid({"org_id": [_("请选择您负责范围内正常运行的社区。")]})
    need = NeedItem(org_id=org.id, org_path=org.path, published_on=published_on or ctx.today())
    _check_need(ctx, need, data)
    fill(need, data, NEED_FIELDS)
    engine.start(ctx, need_flow, need, happened_on=need.published_on)
    return need


@service(ORG_ACT)
def update_need(ctx: Context, need_id: int, *, version: int | None = None, **data: Any) -> NeedItem:
    """Change a need nobody has claimed yet."""
    need = ctx.get(NeedItem, need_id)
    require_side(ctx, ORG_ACT, need.org_path)
    ctx.check_version(need, version)
    if need.state != "open":
        raise Conflict(_("需求已点请、认领或撤回，不能再修改。"))
    _check_need(ctx, need, data)
    fill(need, data, NEED_FIELDS)
    session().flush()
    ctx.audit(need_flow.name, need.id, need.title, fields=sorted(data))
    return need


def _check_need(ctx: Context, need: NeedItem, data: dict[str, Any]) -> None:
    errors: Errors = {}
    check_texts(data, ("title", "detail"), errors)
    not_future(ctx, need.published_on, "published_on", errors)
    if data.get("wanted_by") and data["wanted_by"] < need.published_on:
        errors["wanted_by"] = [_("希望完成日期早于提出日期 %(day)s，请核对。", day=need.published_on.isoformat())]
    clean(errors)


@service(UNIT_ACT)
def claim_need(ctx: Context, need_id: int, *, pair_id: int, version: int | None = None, **data: Any) -> NeedItem:
    """A unit takes on an open need of a community it is paired with. Raises NotFound for any other need, Conflict when it
    was claimed meanwhile."""
    pair = working(pair_in_sight(ctx, pair_id), "pair_id")
    require_side(ctx, UNIT_ACT, pair.unit_path)
    with beyond_subtree("pairing: open needs of the communities a unit is paired with"):
        need = session().scalars(select(NeedItem).where(NeedItem.id == need_id, NeedItem.org_id == pair.org_id)
                                 .execution_options(populate_existing=True)).one_or_none()
        if need is None or (need.state == "asked" and need.pair_id != pair.id):
            raise NotFound("need")
        ctx.check_version(need, version)
        step = "claim"
        if need.state == "open":
            step, need.pair_id, need.unit_id, need.unit_path = CLAIM_OPEN, pair.id, pair.unit_id, pair.unit_path
            session().flush()
        engine.advance(ctx, need_flow, need, step, data=data)
    return need


@service(UNIT_ACT)
def offer_resource(ctx: Context, *, unit_id: int, **data: Any) -> ResourceItem:
    """A unit offers something to the communities it is paired with."""
    unit = session().scalars(select(PartnerUnit).where(PartnerUnit.id == unit_id, PartnerUnit.left_on.is_(None))).one_or_none()
    if unit is None:
        raise Invalid({"unit_id": [_("请选择您代表的单位。")]})
    offer = ResourceItem(unit_id=unit.id, org_path=unit.org_path, offered_on=ctx.today())
    _check_offer(ctx, data)
    fill(offer, data, OFFER_FIELDS)
    engine.start(ctx, resource_flow, offer)
    return offer


@service(UNIT_ACT)
def update_resource(ctx: Context, resource_id: int, *, version: int | None = None, **data: Any) -> ResourceItem:
    offer = ctx.get(ResourceItem, resource_id)
    ctx.check_version(offer, version)
    _check_offer(ctx, data)
    fill(offer, data, OFFER_FIELDS)
    session().flush()
    ctx.audit(resource_flow.name, offer.id, offer.title, fields=sorted(data))
    return offer


def _check_offer(ctx: Context, data: dict[str, Any]) -> None:
    errors: Errors = {}
    check_texts(data, ("title", "detail"), errors)
    if data.get("until") and data["until"] < ctx.today():
        errors["until"] = [_("有效期已过，请核对。")]
    clean(errors)


@service("pairing.pair.read", action="pairing.project.start")
def start_project(ctx: Context, *, pair_id: int, resource_id: int | None = None, **data: Any) -> JointProject:
    """Something without a published need: the community asks for it (the unit must agree), or the unit takes it on."""
    pair = working(pair_in_sight(ctx, pair_id), "pair_id")
    by_community = ctx.may(ORG_ACT, pair.org_path)
    if not by_community and not ctx.may(UNIT_ACT, pair.unit_path):
        raise Forbidden(UNIT_ACT)
    errors: Errors = {}
    check_texts(data, ("title", "means"), errors)
    if data.get("due_on") and data["due_on"] < ctx.today():
        errors["due_on"] = [_("希望完成日期已过，请核对。")]
    if resource_id and not _offered(ctx, pair, resource_id):
        errors["pair_id"] = [_("这项资源不是这个单位提供的，或已撤回。")]
    clean(errors)
    project = JointProject(pair_id=pair.id, org_id=pair.org_id, org_path=pair.org_path, unit_id=pair.unit_id,
        unit_path=pair.unit_path,
                      resource_id=resource_id, published_on=ctx.today(), claimed_on=None if by_community else ctx.today())
    fill(project, data, ("title", "kind", "due_on", "means"))
    engine.start(ctx, project_flow, project, state="requested" if by_community else "claimed")
    note_event(ctx, pair, ctx.today())
    return project


def _offered(ctx: Context, pair: Pairing, resource_id: int) -> bool:
    with beyond_subtree("pairing: offers of a unit are open to its partners"):
        return session().scalars(select(ResourceItem.id).where(
            ResourceItem.id == resource_id, ResourceItem.unit_id == pair.unit_id, usable(ctx.today()))).first() is not None


@service("pairing.gift.state", action="pairing.spending.record")
def record_spending(ctx: Context, project_id: int, *, on: dt.date, amount_fen: int, purpose: str, voucher_no: str,
                    payee: str | None = None) -> Spending:
    """Note money spent. Never more than both sides have confirmed as raised. Raises Invalid with a sentence per field."""
    project = session().scalars(select(JointProject).where(JointProject.id == project_id).with_for_update()).one_or_none()
    if project is None:
        raise NotFound("project")
    require_side(ctx, "pairing.gift.state", project.org_path)
    errors: Errors = {}
    not_future(ctx, on, "on", errors)
    check_texts({"purpose": purpose, "payee": payee}, ("purpose", "payee"), errors)
    if project.state not in (*PROJECT_OPEN, "accepted"):
        errors["on"] = [_("项目已取消，不能再登记支出。")]
    left = raised_fen(project.id) - spent_fen(project.id)
    if amount_fen > left:
        errors["amount_fen"] = [_("支出不能超过两方确认的到账资金，目前还可使用 %(left)s 元。", left=f"{left / 100:,.2f}")]
    clean(errors)
    row = Spending(project_id=project.id, on=on, amount_fen=amount_fen, purpose=purpose.strip(), payee=(payee or "").strip(),
                   voucher_no=voucher_no.strip(), by_name=ctx.actor.label[:80])
    session().add(row)
    ctx.audit(project_flow.name, project.id, project.title, spent=amount_fen)
    return row


def raised_fen(project_id: int) -> int:
    """Money of a project both sides confirmed, from all units."""
    with beyond_subtree("pairing: the sum of a project is known to its sides"):
        return session().scalar(select(func.coalesce(func.sum(Contribution.amount_fen), 0)).where(
            Contribution.project_id == project_id, Contribution.kind == "cash", Contribution.state == "confirmed")) or 0


def spent_fen(project_id: int) -> int:
    return session().scalar(select(func.coalesce(func.sum(Spending.amount_fen), 0)).where(Spending.project_id == project_id)) or 0
