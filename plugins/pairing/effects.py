"""What the steps of the three lists and of pairings do beside changing a state, and what speaks against them."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import func, select

from core.base.db import session
from core.base.i18n import _
from core.base.scope import beyond_subtree
from core.contracts.errors import Forbidden, Invalid
from core.contracts.events import CommitmentDelivered
from core.people.models import OrgUnit
from core.plugin import Objection
from core.service import Context
from core.work import engine

from .conditions import usable
from .facts import Errors, check_result, check_texts, clean
from .models import JointProject, NeedItem, PairAgreement, Pairing, ResourceItem
from .sides import UNIT_ACT, follow, note_event, pair_in_sight, unit_named, working
from .words import PROJECT_OPEN

Data = dict[str, Any]


def day(ctx: Context, data: Data) -> dt.date:
    return data.get("happened_on") or ctx.today()


# -- pairings
def both_signed(ctx: Context, pair: Pairing, data: Data) -> list[Any]:
    """Against agreeing or renewing: the latest version is not signed by both sides yet."""
    latest = session().scalars(select(PairAgreement).where(PairAgreement.pair_id == pair.id, PairAgreement.dropped_on.is_(None))
                               .order_by(PairAgreement.number.desc()).limit(1)).one_or_none()
    return [] if latest is not None and latest.in_force else [_("双方都签署并附上协议文件后才能生效。")]


def begin(ctx: Context, pair: Pairing, data: Data) -> None:
    """The term begins: what is done together counts from here, however long ago both signed."""
    pair.last_event_on = max(pair.last_event_on or pair.starts_on, pair.starts_on)


def end(ctx: Context, pair: Pairing, data: Data) -> None:
    """The pairing is over: another one of its kind may be made, and what its unit was asked for is open to others."""
    pair.open_key, pair.ended_on = None, day(ctx, data)
    with beyond_subtree("pairing: needs asked of the unit go back to the community"):
        for need in session().scalars(select(NeedItem).where(NeedItem.pair_id == pair.id, NeedItem.state == "asked")).all():
            follow(ctx, "pairing.need", need, "reopen")


def unfinished(ctx: Context, pair: Pairing, data: Data) -> list[Any]:
    """Projects in hand do not stop the end of a pairing, but whoever ends it must know."""
    n = session().scalar(select(func.count(JointProject.id)).where(JointProject.pair_id == pair.id,
        JointProject.state.in_(PROJECT_OPEN)))
    return [Objection(_("还有 %(n)s 个项目没有办结，请先验收或取消，或确认后继续。", n=n), blocking=False)] if n else []


# -- needs
def ask(ctx: Context, need: NeedItem, data: Data) -> None:
    """The community asks one unit it is paired with."""
    pair = working(pair_in_sight(ctx, data["pair_id"]), "pair_id")
    if pair.org_id != need.org_id:
        raise Invalid({"pair_id": [_("请选择与“%(org)s”结对的单位。", org=_org_name(need.org_id))]})
    need.pair_id, need.unit_id, need.unit_path = pair.id, pair.unit_id, pair.unit_path


def let_go(ctx: Context, need: NeedItem, data: Data) -> None:
    """The need belongs to no unit again; written beyond the unit's own subtree, which it leaves."""
    with beyond_subtree("pairing: the need leaves the unit that had it"):
        need.pair_id = need.unit_id = need.unit_path = None
        session().flush()


def claim(ctx: Context, need: NeedItem, data: Data) -> None:
    """The unit takes the need on: a project begins."""
    pair = working(pair_in_sight(ctx, need.pair_id or 0, "owner_name"), "owner_name")
    offer = data.get("resource_id")
    if offer and not session().scalars(select(ResourceItem.id).where(
            ResourceItem.id == offer, ResourceItem.unit_id == pair.unit_id, usable(ctx.today()))).first():
        raise Invalid({"resource_id": [_("请选择本单位发布的资源。")]})
    project = JointProject(
        pair_id=pair.id, org_id=need.org_id, org_path=need.org_path, unit_id=pair.unit_id, unit_path=pair.unit_path,
        need_id=need.id, title=need.title, kind=need.kind, owner_name=data["owner_name"], due_on=need.wanted_by,
        published_on=need.published_on, claimed_on=day(ctx, data), resource_id=offer, means=data.get("means") or "")
    engine.start(ctx, ctx.plugins.workflows["pairing.project"], project, state="claimed", happened_on=day(ctx, data))
    note_event(ctx, pair, day(ctx, data))


# -- projects
def take(ctx: Context, project: JointProject, data: Data) -> None:
    """The unit agrees to what the community asked of it."""
    project.claimed_on = day(ctx, data)


def plan(ctx: Context, project: JointProject, data: Data) -> None:
    errors: Errors = {}
    if data["due_on"] < project.published_on:
        errors["due_on"] = [_("完成期限早于提出日期 %(day)s，请核对。", day=project.published_on.isoformat())]
    check_texts(data, ("plan", "means"), errors)
    clean(errors)
    for name in ("plan", "means", "due_on", "owner_name"):
        setattr(project, name, data.get(name) or getattr(project, name))


def deliver(ctx: Context, project: JointProject, data: Data) -> None:
    errors: Errors = {}
    check_result(data.get("result"), "result", errors)
    check_texts(data, ("result",), errors)
    if day(ctx, data) < project.published_on:
        errors["happened_on"] = [_("完成日期早于提出日期 %(day)s，请核对。", day=project.published_on.isoformat())]
    clean(errors)
    project.result, project.delivered_on = data["result"].strip(), day(ctx, data)
    project.beneficiaries = data.get("beneficiaries")
    note_event(ctx, _pair(ctx, project), day(ctx, data))


def accept(ctx: Context, project: JointProject, data: Data) -> None:
    """The community accepts: the need is met, and whoever listens hears of it."""
    on = day(ctx, data)
    if project.delivered_on and on < project.delivered_on:
        raise Invalid({"happened_on": [_("验收日期早于报送日期 %(day)s，请核对。", day=project.delivered_on.isoformat())]})
    project.accepted_on, project.rating, project.comment = on, data["rating"], (data.get("comment") or "").strip()
    project.days_taken = max((on - project.published_on).days, 0)
    need = _need(project)
    if need is not None:
        follow(ctx, "pairing.need", need, "meet", on)
    pair, unit = _pair(ctx, project), unit_named(ctx, project.unit_id or 0)
    note_event(ctx, pair, on)
    ctx.publish(CommitmentDelivered(unit_org_id=unit.org_id if unit else 0, org_id=project.org_id, on=on.isoformat(),
                                    title=project.title, kind=project.kind, source="pairing.project", source_id=project.id))


def cancel(ctx: Context, project: JointProject, data: Data) -> None:
    """The need is open again for others."""
    need = _need(project)
    if need is not None and need.state == "claimed":
        with beyond_subtree("pairing: the need goes back to the community"):
            follow(ctx, "pairing.need", need, "reopen")


# -- contributions
def confirm_for_unit(ctx: Context, gift: Any, data: Data) -> None:
    gift.unit_confirmed_on = ctx.today()
    _confirmed(ctx, gift)


def confirm_for_community(ctx: Context, gift: Any, data: Data) -> None:
    gift.org_confirmed_on = ctx.today()
    _confirmed(ctx, gift)


def another_person(ctx: Context, gift: Any, data: Data) -> list[Any]:
    """The two sides confirm; one account cannot be both."""
    return [_("这笔投入是您登记的，须由另一方确认。")] if gift.stater_id and gift.stater_id == ctx.actor.id else []


def _confirmed(ctx: Context, gift: Any) -> None:
    note_event(ctx, _pair(ctx, gift), gift.on)


# -- resolutions
def report(ctx: Context, resolution: Any, data: Data) -> None:
    """Whoever must carry it out reports. Raises Forbidden for the place above a unit, which only sees the unit's part."""
    if not may_report(ctx, resolution):
        raise Forbidden(UNIT_ACT)
    errors: Errors = {}
    check_result(data.get("result"), "result", errors)
    clean(errors)
    resolution.result, resolution.reported_on = data["result"].strip(), day(ctx, data)


def may_report(ctx: Context, resolution: Any) -> bool:
    """Whether the actor speaks for the owner: a unit's resolution is for those who act for the unit."""
    return not resolution.unit_id or ctx.may(UNIT_ACT, resolution.owner_path)


def carry_over(ctx: Context, resolution: Any, data: Data) -> None:
    errors: Errors = {}
    if data["due_on"] <= max(resolution.due_on, ctx.today()):
        errors["due_on"] = [_("新的期限应晚于今天和原期限 %(day)s。", day=resolution.due_on.isoformat())]
    clean(errors)
    resolution.due_on, resolution.times_carried = data["due_on"], resolution.times_carried + 1


# -- looking up
def _pair(ctx: Context, row: Any) -> Pairing:
    return ctx.get(Pairing, row.pair_id)


def _need(project: JointProject) -> NeedItem | None:
    with beyond_subtree("pairing: the need behind a project"):
        return session().scalars(select(NeedItem).where(NeedItem.id == (project.need_id or 0))).one_or_none()


def _org_name(org_id: int) -> str:
    return session().scalar(select(OrgUnit.short_name).where(OrgUnit.id == org_id)) or ""
