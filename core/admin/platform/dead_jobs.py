"""Dead letters as services of the platform: see, retry, drop. Written into the platform's chain and the tenant's own."""

from __future__ import annotations

from dataclasses import dataclass

from core.base.i18n import _
from core.base.scope import tenant_scope
from core.base.session import session
from core.contracts.errors import NotFound
from core.jobs import dead
from core.service import Context, service, system_context
from core.tenancy.lookup import all_tenants, by_id
from core.tenancy.models import PLATFORM


@dataclass(frozen=True, slots=True)
class Letter:
    """A dead job with the name of its tenant."""

    job: dead.DeadJob
    tenant: str


@service("admin.job.read", writes=False)
def list_dead(ctx: Context) -> list[Letter]:
    """The jobs given up last, of all tenants, without what they were about."""
    names = {tenant.id: tenant.name for tenant in all_tenants()} | {PLATFORM: _("运营平台")}
    return [Letter(each, names.get(each.tenant_id, str(each.tenant_id))) for each in dead.dead_jobs()]


@service("admin.job.read", writes=False)
def queue_state(ctx: Context) -> dead.QueueState:
    return dead.queue_state()


@service("admin.job.manage", action="admin.job.retry")
def _note_retry(ctx: Context, job_id: int, name: str, tenant: str) -> None:
    ctx.audit("job", job_id, name, tenant=tenant)


@service("admin.job.manage", action="admin.job.drop")
def _note_drop(ctx: Context, job_id: int, name: str, tenant: str) -> None:
    ctx.audit("job", job_id, name, tenant=tenant)


def retry(ctx: Context, tenant_id: int, job_id: int) -> None:
    """Queue it again. Raises NotFound when it is not dead (any more)."""
    _decide(ctx, tenant_id, job_id, again=True)


def drop(ctx: Context, tenant_id: int, job_id: int) -> None:
    """Delete it for good. Raises NotFound when it is not dead (any more)."""
    _decide(ctx, tenant_id, job_id, again=False)


def _decide(ctx: Context, tenant_id: int, job_id: int, *, again: bool) -> None:
    """Both chains say what happened; the record comes first, so that nothing is done without one."""
    ctx.require("admin.job.manage")
    name = next((each.name for each in dead.dead_jobs() if (each.tenant_id, each.id) == (tenant_id, job_id)), None)
    found = by_id(tenant_id)
    if name is None or found is None:
        raise NotFound("job")
    session().commit()
    note = _note_retry if again else _note_drop
    note(ctx, job_id, name, found[0].slug)
    if tenant_id != PLATFORM:
        with tenant_scope(tenant_id):
            note(system_context(found[0], (), ctx.actor.label, via="platform"), job_id, name, found[0].slug)
    if not (dead.retry if again else dead.drop)(tenant_id, job_id):
        raise NotFound("job")
