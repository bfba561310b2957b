"""Suspending, making read-only and resuming a tenant: nothing is deleted, each change stands in the tenant's own chain."""

from __future__ import annotations

from sqlalchemy import select

from core.base.i18n import _
from core.base.scope import system_scope, tenant_scope
from core.base.session import begin_write, session
from core.contracts.errors import Conflict, Invalid, NotFound, TenantSuspended
from core.jobs.queue import task_at_work
from core.service import Context, at_begin, service, system_context

from .lookup import by_address
from .models import ACTIVE, ARRIVING, LEAVING, PLATFORM_SLUG, READ_ONLY, SUSPENDED, Tenant


def still_writable(ctx: Context) -> None:
    """A job may run for long: before each of its units of work, whether its tenant still takes writes.

    Raises TenantSuspended. A request ends within the second and goes by what was read at its beginning.
    """
    task = task_at_work()
    if task is not None and not task.while_read_only and not (ctx.all_powers and ctx.via == "platform"):
        status = session().scalar(select(Tenant.status).where(Tenant.id == ctx.tenant.id))
        if status != ACTIVE:
            raise TenantSuspended(status or SUSPENDED)


at_begin.append(still_writable)


def _set_status(slug: str, status: str, reason: str) -> Tenant:
    """Change the row in system scope; raises NotFound, Conflict (it is arriving, leaving, or a restored copy)."""
    with system_scope(f"tenancy: {status}"):
        row = session().scalars(select(Tenant).where(Tenant.slug == slug, Tenant.slug != PLATFORM_SLUG)).one_or_none()
        if row is None:
            raise NotFound("tenant")
        begin_write()
        if row.status in (ARRIVING, LEAVING):
            raise Conflict(_("这个单位正在导入或注销，暂不能改变状态。"))
        if row.copy_of is not None:
            raise Conflict(_("这是恢复出来的副本，只用于比较；要使用它，请用“换上副本”。"))
        row.status, row.status_reason = status, reason[:200]
        session().commit()
        return row


@service("tenancy.tenant.suspend")
def _note(ctx: Context, *, status: str, reason: str) -> None:
    """Write the change into the tenant's own audit chain, so that its auditor sees it."""
    ctx.audit("tenant", ctx.tenant.id, ctx.tenant.name, status=status, reason=reason)


def change_status(slug: str, status: str, reason: str, *, by: str) -> None:
    """Set `active`, `read_only` or `suspended`, and say why in the tenant's chain. Raises NotFound, Conflict."""
    row = _set_status(slug, status, reason)
    found = by_address(slug=slug)
    if found is None:
        raise NotFound("tenant")
    with tenant_scope(row.id):
        _note(system_context(found[0], (), by, via="platform"), status=status, reason=reason)


def suspend(slug: str, reason: str, *, by: str) -> None:
    """Stop a tenant's service. Raises NotFound, Invalid (a reason is needed: the tenant's auditor reads it)."""
    if not reason.strip():
        raise Invalid({"reason": [_("请填写停用原因，它会写进该单位的操作日志。")]})
    change_status(slug, SUSPENDED, reason.strip(), by=by)


def make_read_only(slug: str, reason: str, *, by: str) -> None:
    """Let everybody read and take out, nobody write; its jobs wait. Raises NotFound, Invalid (a reason is needed)."""
    if not reason.strip():
        raise Invalid({"reason": [_("请填写设为只读的原因，它会写进该单位的操作日志。")]})
    change_status(slug, READ_ONLY, reason.strip(), by=by)


def resume(slug: str, *, by: str) -> None:
    """Let a suspended or read-only tenant work again. Raises NotFound."""
    change_status(slug, ACTIVE, "", by=by)
