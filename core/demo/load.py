"""Loading demo tenants, and going on where an earlier run was interrupted."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select

from core.access.contexts import acting_in
from core.audit.models import AuditEntry
from core.base.scope import system_scope, tenant_scope
from core.base.session import session
from core.contracts.errors import JuheliError
from core.tenancy.models import Tenant
from core.tenancy.onboarding import create_tenant

from .accounts import demo_hash, ensure_operator
from .blueprint import Blueprint, read_blueprint, read_shared
from .large import write_large
from .small import MARK, write_small

SCALES = {"small": ("linshu", "liulitun"), "chaoyang": ("chaoyang",)}
BY = str(read_shared("people")["actor"])
Say = Callable[[str], None]


class DemoRefused(JuheliError):
    """The demo cannot be loaded here; the sentence says why."""


def load(scale: str, say: Say, *, members: int | None = None) -> None:
    """Make the demo tenants of one scale and tell what is being done; what is there already stays as it is.

    members   another number of members of the large tenant (tests). Raises DemoRefused.
    """
    if is_complete(scale):
        say("nothing to do: the demo is there")
        return
    password_hash = demo_hash()
    if not ensure_operator(password_hash):
        say("the platform has operators of its own: they keep their passwords")
    for slug in SCALES[scale]:
        _load_tenant(read_blueprint(slug), password_hash, say, members)


def is_complete(scale: str) -> bool:
    """Whether every demo tenant of this scale was loaded to the end."""
    return all((found := _find(slug)) is not None and found.demo and _finished(found.id) for slug in SCALES[scale])


def _load_tenant(plan: Blueprint, password_hash: str, say: Say, members: int | None) -> None:
    _open(plan, say)
    with acting_in(plan.slug, str(read_shared("people")["actor"])) as ctx:
        finished = _finished(ctx.tenant.id)
        if not finished and not plan.is_large:
            say(f"demo tenant {plan.slug}: {plan.figures['members']} members")
            write_small(ctx, plan, password_hash)
    if not finished and plan.is_large:
        write_large(plan, password_hash, say, members)


def _find(slug: str) -> Tenant | None:
    with system_scope("demo: look for a tenant"):
        return session().scalars(select(Tenant).where(Tenant.slug == slug)).one_or_none()


def _finished(tenant_id: int) -> bool:
    """The audit row of the last step is there."""
    with tenant_scope(tenant_id):
        last = select(AuditEntry.id).where(AuditEntry.action == MARK, AuditEntry.kind == "demo").limit(1)
        return session().scalar(last) is not None


def _open(plan: Blueprint, say: Say) -> None:
    """Open the tenant unless it is open (core.tenancy opens one whole or not at all)."""
    found = _find(plan.slug)
    if found is not None and not found.demo:
        raise DemoRefused(f"there is a tenant {plan.slug} that is no demo; use another JUHELI_INSTANCE for the demo")
    if found is not None:
        if not _finished(found.id):
            say(f"demo tenant {plan.slug}: going on after an interruption")
        return
    create_tenant(slug=plan.slug, name=plan.name, kind=plan.kind, admin_login="admin", admin_name=plan.admin,
                  division_code=plan.division_code, demo=True, by=BY)
