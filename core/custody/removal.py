"""Removing a tenant for good: one operator asks, another confirms, time passes, then everything goes and a certificate stays.

From the asking on the tenant is read-only, so that it can take its archive; whoever may ask may also withdraw, until the
deletion has begun.
"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select

from core.base.i18n import _
from core.base.scope import system_scope
from core.base.session import session
from core.contracts.errors import Conflict, Invalid, NotFound
from core.rules import rule
from core.service import Context, service
from core.tenancy.models import ACTIVE, PLATFORM_SLUG, READ_ONLY, SUSPENDED, Tenant
from core.tenancy.suspension import change_status

from .decision import state_of, still_holds
from .models import ASKED, CONFIRMED, OPEN, RUNNING, WITHDRAWN, Removal

MAY = "tenancy.tenant.remove"


def target(slug: str) -> Tenant:
    """The tenant's row. Raises NotFound."""
    with system_scope("custody: which tenant?"):
        row = session().scalars(select(Tenant).where(Tenant.slug == slug, Tenant.slug != PLATFORM_SLUG)).one_or_none()
    if row is None:
        raise NotFound("tenant")
    return row


@service(MAY, writes=False)
def removals(ctx: Context) -> list[Removal]:
    """All removals, the latest first."""
    return list(session().scalars(select(Removal).order_by(Removal.id.desc()).limit(200)).all())


def being_removed(tenant_id: int) -> bool:
    """Whether a removal of this tenant is under way; asked in the platform's scope."""
    return session().scalar(select(Removal.id).where(Removal.open_of == tenant_id)) is not None


@service(MAY, writes=False)
def open_removal(ctx: Context, tenant_id: int) -> Removal | None:
    """The removal under way for a tenant."""
    return session().scalars(select(Removal).where(Removal.open_of == tenant_id)).one_or_none()


@service(MAY, writes=False)
def get_removal(ctx: Context, removal_id: int) -> Removal:
    return ctx.get(Removal, removal_id)


def ask(ctx: Context, slug: str, *, reason: str, typed: str) -> Removal:
    """Ask for the removal of a tenant and make it read-only. Raises NotFound, Invalid, Conflict (one is under way)."""
    row = target(slug)
    problems = {}
    if typed.strip() != row.slug:
        problems["typed"] = [_("请原样输入这个单位的简称“%(slug)s”，以免注销错单位。", slug=row.slug)]
    if not reason.strip():
        problems["reason"] = [_("请写明注销原因和依据。")]
    if row.status not in (ACTIVE, READ_ONLY, SUSPENDED) or row.copy_of is not None:
        problems[""] = [_("正在导入、正在注销的单位和副本不能申请注销。")]
    if problems:
        raise Invalid(problems)
    found = _ask(ctx, row, reason.strip())
    if row.status == ACTIVE:
        change_status(slug, READ_ONLY, _("已申请注销"), by=ctx.actor.label)
    return found


@service(MAY, action="custody.removal.ask")
def _ask(ctx: Context, row: Tenant, reason: str) -> Removal:
    if being_removed(row.id):
        raise Conflict(_("这个单位已经在注销办理中。"))
    asked = Removal(target_id=row.id, open_of=row.id, slug=row.slug, name=row.name, reason=reason[:300],
                    status_before=row.status, asked_by=person(ctx), asked_name=ctx.actor.label, asked_at=ctx.now())
    session().add(asked)
    session().flush()
    ctx.audit("tenant", row.id, row.name, slug=row.slug, reason=reason)
    return asked


def person(ctx: Context) -> int:
    """Two persons must be told apart, so neither may be a machine. Raises Invalid."""
    if ctx.actor.id is None:
        raise Invalid({"by": [_("注销须由有名有姓的运营人员办理，请指明账号。")]})
    return ctx.actor.id


def confirm(ctx: Context, removal_id: int) -> Removal:
    """The second person agrees; the waiting time begins. Raises Invalid (the same person), Conflict (not waiting for it, or
    the tenant has used the plugin since it was asked: then it is called off)."""
    row = get_removal(ctx, removal_id)
    if row.plugin and row.state == ASKED and not still_holds(state_of(row.target_id, row.plugin), row.asked_at):
        withdraw_row(ctx, removal_id)
        raise Conflict(used_again())
    return _confirm(ctx, removal_id)


def used_again() -> str:
    """Why a purge is called off."""
    return _("提出清除以后，该单位又启用过这个应用，清除已撤回，什么也没有删除。")


@service(MAY, action="custody.removal.confirm")
def _confirm(ctx: Context, removal_id: int) -> Removal:
    row = ctx.get(Removal, removal_id)
    if row.state != ASKED:
        raise Conflict(_("这项注销现在不需要确认。"))
    if row.asked_by == person(ctx):
        raise Invalid({"by": [_("申请人不能自己确认，请由另一位运营人员确认。")]})
    now = ctx.now()
    row.state, row.confirmed_by, row.confirmed_name, row.confirmed_at = CONFIRMED, ctx.actor.id, ctx.actor.label, now
    row.due_at = now + dt.timedelta(days=wait_days(row))
    ctx.audit("tenant", row.target_id, row.name, slug=row.slug, due=row.due_at)
    return row


def wait_days(row: Removal) -> int:
    """How long it rests after the second person has agreed."""
    return int(rule("custody.purge_wait_days" if row.plugin else "custody.removal_wait_days").value)


def withdraw(ctx: Context, removal_id: int) -> Removal:
    """Call it off and let the tenant be as before. Raises Conflict once the deletion has begun."""
    row = withdraw_row(ctx, removal_id)
    if row.status_before == ACTIVE and target(row.slug).status == READ_ONLY:       # not what somebody suspended meanwhile
        change_status(row.slug, ACTIVE, "", by=ctx.actor.label)
    return row


@service(MAY, action="custody.removal.withdraw")
def withdraw_row(ctx: Context, removal_id: int) -> Removal:
    """Close it undone; a plugin's purge needs no more than that."""
    row = ctx.get(Removal, removal_id)
    if row.state not in (ASKED, CONFIRMED):
        raise Conflict(_("删除已经开始或完成，不能撤回。"))
    return _close(ctx, row)


@service(MAY, action="custody.removal.withdraw")
def call_off(ctx: Context, removal_id: int) -> Removal:
    """Close a purge that was about to begin and may not: nothing has been deleted."""
    return _close(ctx, ctx.get(Removal, removal_id))


def _close(ctx: Context, row: Removal) -> Removal:
    row.state, row.open_of, row.withdrawn_name, row.finished_at = WITHDRAWN, None, ctx.actor.label, ctx.now()
    ctx.audit("tenant", row.target_id, row.name, slug=row.slug)
    return row


@service(MAY, action="custody.removal.begin")
def begin(ctx: Context, removal_id: int) -> Removal:
    """The waiting time is over: from here on there is no way back. Raises Conflict before that."""
    row = ctx.get(Removal, removal_id)
    if row.state == RUNNING:
        return row
    if row.state != CONFIRMED or row.due_at is None or row.due_at > ctx.now():
        raise Conflict(_("还没有到可以删除的时间。"))
    row.state = RUNNING
    ctx.audit("tenant", row.target_id, row.name, slug=row.slug)
    return row


@service(MAY, writes=False)
def due(ctx: Context) -> list[int]:
    """Removals to carry out now: confirmed and waited for, or begun and interrupted."""
    rows = session().scalars(select(Removal).where(Removal.state.in_(OPEN)).order_by(Removal.id)).all()
    return [row.id for row in rows if row.state == RUNNING
            or (row.state == CONFIRMED and row.due_at is not None and row.due_at <= ctx.now())]
