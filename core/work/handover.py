"""Handing an item to a colleague, taking it up oneself, giving it back to all; and standing in during leave.

None of this lends powers: who gets an item must hold its permission where it stands.
"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import and_, or_, select

from core.access.holders import Holder, holders
from core.accounts.models import User
from core.base.i18n import _
from core.base.session import session
from core.contracts.errors import Forbidden, Invalid, NotFound
from core.contracts.events import WorkHandedOver
from core.service import Context, service

from .inbox import holds
from .models import IN_PROGRESS, OPEN, WAITING, Delegation, WorkItem
from .services import find_item


@service(None, writes=False)
def candidates(ctx: Context, item_id: int) -> list[Holder]:
    """Colleagues an item of mine can be handed to."""
    item = find_item(ctx, item_id)
    return [h for h in holders(item.permission, item.org_path) if h.user_id != ctx.actor.id]


@service(None, action="work.item.hand_over")
def hand_over(ctx: Context, item_id: int, *, user_id: int, reason: str, version: int | None = None) -> WorkItem:
    """Give an item of mine to a colleague who may do it. Raises Invalid for anybody else and without a reason."""
    item = find_item(ctx, item_id)
    ctx.check_version(item, version)
    chosen = next((h for h in candidates(ctx, item_id) if h.user_id == user_id), None)
    errors = {}
    if chosen is None:
        errors["user_id"] = [_("请选择在这个单位有办理权限的同事。")]
    if not reason.strip():
        errors["reason"] = [_("请写明转交的原因。")]
    if errors or chosen is None:
        raise Invalid(errors)
    item.assignee_id, item.assignee_name = chosen.user_id, chosen.name
    item.handed_by_id, item.handed_by_name, item.handed_reason = ctx.actor.id, ctx.actor.label[:80], reason.strip()[:200]
    item.state = IN_PROGRESS if item.state == OPEN else item.state
    session().flush()
    ctx.audit(item.record_kind, item.record_id, item.subject, step=item.step, handed_to=chosen.name)
    ctx.publish(WorkHandedOver(item_id=item.id, user_id=chosen.user_id))
    return item


@service(None, action="work.item.take_up")
def take_up(ctx: Context, item_id: int, *, version: int | None = None) -> WorkItem:
    """Say that I am on it: the item leaves the others' lists."""
    item = find_item(ctx, item_id)
    ctx.check_version(item, version)
    item.assignee_id, item.assignee_name = ctx.actor.id, ctx.actor.label[:80]
    item.state = IN_PROGRESS if item.state == OPEN else item.state
    ctx.audit(item.record_kind, item.record_id, item.subject, step=item.step)
    return item


@service(None, action="work.item.take_back")
def take_back(ctx: Context, item_id: int, *, version: int | None = None) -> WorkItem:
    """Undo an assignment: by whoever has the item, or by whoever handed it over. It is everybody's again."""
    item = session().scalars(select(WorkItem).where(
        WorkItem.id == item_id, WorkItem.state.in_(WAITING), holds(ctx), WorkItem.assignee_id.is_not(None),
        or_(WorkItem.assignee_id == ctx.actor.id, WorkItem.handed_by_id == ctx.actor.id))
        .execution_options(populate_existing=True)).one_or_none()
    if item is None:
        raise NotFound("work_item")
    ctx.check_version(item, version)
    _to_all(item)
    ctx.audit(item.record_kind, item.record_id, item.subject, step=item.step)
    return item


@service(None, action="work.item.release")
def release_left(ctx: Context) -> int:
    """Give items to everybody again whose assignee lost the right to do them, or the account; returns how many. For the
    nightly job.
    """
    if ctx.actor.kind != "system":
        raise Forbidden("")
    taken = session().scalars(select(WorkItem).where(WorkItem.assignee_id.is_not(None), WorkItem.state.in_(WAITING))).all()
    able = {key: {h.user_id for h in holders(*key)} for key in {(item.permission, item.org_path) for item in taken}}
    left = [item for item in taken if item.assignee_id not in able[item.permission, item.org_path]]
    for item in left:
        ctx.audit(item.record_kind, item.record_id, item.subject, step=item.step, from_name=item.assignee_name)
        _to_all(item)
    return len(left)


def _to_all(item: WorkItem) -> None:
    item.assignee_id, item.assignee_name, item.handed_reason = None, "", ""
    item.handed_by_id, item.handed_by_name = None, ""
    item.state = OPEN if item.state == IN_PROGRESS else item.state


@service(None, writes=False)
def handed_by_me(ctx: Context) -> list[WorkItem]:
    """Items I handed over that still wait, so that I can take them back."""
    return list(session().scalars(
        select(WorkItem).where(WorkItem.handed_by_id == ctx.actor.id, WorkItem.state.in_(WAITING), holds(ctx))
        .order_by(WorkItem.due_on, WorkItem.id).limit(100)))


# -- deputies
@service(None, writes=False)
def deputies(ctx: Context) -> list[Delegation]:
    """Who stands in for me, and for whom I stand in, now and later."""
    return list(session().scalars(select(Delegation).where(
        or_(Delegation.user_id == ctx.actor.id, Delegation.deputy_id == ctx.actor.id), Delegation.ends_on >= ctx.today(),
        Delegation.ended_at.is_(None)).order_by(Delegation.starts_on, Delegation.id)))


@service(None, writes=False)
def colleagues(ctx: Context) -> list[tuple[int, str]]:
    """Accounts in service, without my own: (id, name with post)."""
    rows = session().execute(select(User.id, User.name, User.post).where(User.state == "active", User.id != ctx.actor.id)
                             .order_by(User.name).limit(3000))
    return [(row.id, f"{row.name}（{row.post}）" if row.post else row.name) for row in rows]


@service(None, action="work.deputy.name")
def name_deputy(ctx: Context, *, deputy_id: int, starts_on: dt.date, ends_on: dt.date, note: str = "") -> Delegation:
    """Let a colleague see the items assigned to me from-to. Raises Invalid for bad dates and overlapping leave."""
    deputy = session().scalars(select(User).where(User.id == deputy_id, User.state == "active")).one_or_none()
    errors = {}
    if deputy is None or deputy.id == ctx.actor.id:
        errors["deputy_id"] = [_("请选择一位同事。")]
    if ends_on < max(starts_on, ctx.today()):
        errors["ends_on"] = [_("结束日期不能早于开始日期，也不能早于今天。")]
    if not errors and _overlaps(ctx, starts_on, ends_on):
        errors["starts_on"] = [_("这段时间已经有代办人了，请先结束原来的安排。")]
    if errors or deputy is None:
        raise Invalid(errors)
    named = Delegation(user_id=ctx.actor.id, user_name=ctx.actor.label[:80], deputy_id=deputy.id, deputy_name=deputy.name,
                       starts_on=starts_on, ends_on=ends_on, note=(note or "").strip()[:200])
    session().add(named)
    session().flush()
    ctx.audit("work.deputy", named.id, deputy.name, starts_on=starts_on.isoformat(), ends_on=ends_on.isoformat())
    return named


def _overlaps(ctx: Context, starts_on: dt.date, ends_on: dt.date) -> bool:
    return session().scalars(select(Delegation.id).where(
        Delegation.user_id == ctx.actor.id, Delegation.ended_at.is_(None),
        and_(Delegation.starts_on <= ends_on, Delegation.ends_on >= starts_on)).limit(1)).first() is not None


@service(None, action="work.deputy.end")
def end_deputy(ctx: Context, delegation_id: int) -> Delegation:
    """End a leave of mine, or stop standing in for somebody. Raises NotFound for anybody else's."""
    found = session().scalars(select(Delegation).where(
        Delegation.id == delegation_id, Delegation.ended_at.is_(None),
        or_(Delegation.user_id == ctx.actor.id, Delegation.deputy_id == ctx.actor.id))).one_or_none()
    if found is None:
        raise NotFound("work_delegation")
    found.ended_at = ctx.now()
    ctx.audit("work.deputy", found.id, found.deputy_name)
    return found
