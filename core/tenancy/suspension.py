"""Suspending and resuming a tenant: nothing is deleted, nobody but the operators can open its pages meanwhile."""

from __future__ import annotations

from sqlalchemy import select

from core.base.i18n import _
from core.base.scope import system_scope, tenant_scope
from core.base.session import begin_write, session
from core.contracts.errors import Invalid, NotFound
from core.service import Context, service, system_context

from .lookup import by_address
from .models import ACTIVE, PLATFORM_SLUG, SUSPENDED, Tenant


def _set_status(slug: str, status: str, reason: str) -> Tenant:
    """Change the row in system scope; raises NotFound."""
    with system_scope(f"tenancy: {status}"):
        row = session().scalars(select(Tenant).where(Tenant.slug == slug, Tenant.slug != PLATFORM_SLUG)).one_or_none()
        if row is None:
            raise NotFound("tenant")
        begin_write()
        row.status, row.status_reason = status, reason[:200]
        session().commit()
        return row


@service("tenancy.tenant.suspend")
def _note(ctx: Context, *, status: str, reason: str) -> None:
    """Write the change into the tenant's own audit chain, so that its auditor sees it."""
    ctx.audit("tenant", ctx.tenant.id, ctx.tenant.name, status=status, reason=reason)


def _change(slug: str, status: str, reason: str, by: str) -> None:
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
    _change(slug, SUSPENDED, reason.strip(), by)


def resume(slug: str, *, by: str) -> None:
    """Let a suspended tenant work again. Raises NotFound."""
    _change(slug, ACTIVE, "", by)
