"""Steps of an onboarding, as services of the platform (tenant 0)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from core.accounts.models import User
from core.base.i18n import _
from core.base.scope import tenant_scope
from core.base.session import session
from core.contracts.errors import Conflict, Invalid, NotFound
from core.people.models import OrgUnit, Person
from core.service import Context, service
from core.tenancy.lookup import all_tenants
from core.tenancy.models import PluginState, Tenant
from core.tenancy.onboarding import NewTenant, check_slug, create_tenant
from core.tenancy.suspension import resume, suspend

from .models import Onboarding


@service("tenancy.tenant.read", writes=False)
def list_tenants(ctx: Context) -> list[Tenant]:
    """All tenants (names, kinds and states; nothing of their data)."""
    return all_tenants()


@service("tenancy.tenant.read", writes=False)
def list_onboardings(ctx: Context) -> list[Onboarding]:
    """Onboardings that have not yet made their tenant."""
    return list(session().scalars(select(Onboarding).where(Onboarding.made_id.is_(None)).order_by(Onboarding.id)).all())


@service("tenancy.tenant.read", writes=False)
def get_onboarding(ctx: Context, onboarding_id: int) -> Onboarding:
    return ctx.get(Onboarding, onboarding_id)


@service("tenancy.tenant.create", action="tenancy.onboarding.save")
def save_unit(ctx: Context, onboarding_id: int | None, *, unit: dict[str, Any]) -> Onboarding:
    """Keep step 1. Raises Invalid when the short name is taken."""
    check_slug(unit["slug"])
    row = ctx.get(Onboarding, onboarding_id) if onboarding_id else Onboarding(by_name=ctx.actor.label)
    _open(row)
    row.unit, row.slug = unit, unit["slug"]
    session().add(row)
    session().flush()
    ctx.audit("onboarding", row.id, unit["name"])
    return row


@service("tenancy.tenant.create", action="tenancy.onboarding.save")
def save_step(ctx: Context, onboarding_id: int, **values: Any) -> Onboarding:
    """Keep a later step: `profile`, `admin` or `plugins`."""
    row = ctx.get(Onboarding, onboarding_id)
    _open(row)
    for name, value in values.items():
        setattr(row, name, value)
    ctx.audit("onboarding", row.id, row.unit.get("name", ""), step=sorted(values))
    return row


def _open(row: Onboarding) -> None:
    if row.made_id is not None:
        raise Conflict(_("这个单位已经开通，不能再改开通资料。"))


@service("tenancy.tenant.create", writes=False)
def check_complete(ctx: Context, onboarding_id: int) -> Onboarding:
    """The onboarding when steps 1 to 3 are filled in. Raises Invalid."""
    row = ctx.get(Onboarding, onboarding_id)
    _open(row)
    if not (row.unit and row.profile and row.admin):
        raise Invalid({}, _("请先填完单位资料、开通方案和管理员。"))
    return row


@service("tenancy.tenant.create", action="tenancy.tenant.create")
def note_opened(ctx: Context, onboarding_id: int, *, made_id: int) -> None:
    row = ctx.get(Onboarding, onboarding_id)
    row.made_id = made_id
    ctx.audit("tenant", made_id, row.unit["name"], slug=row.slug)


def open_tenant(ctx: Context, onboarding_id: int) -> NewTenant:
    """Make the tenant from a complete onboarding. The activation token is in the answer, once."""
    row = check_complete(ctx, onboarding_id)
    session().commit()
    unit = row.unit
    made = create_tenant(
        slug=unit["slug"], name=unit["name"], kind=unit["kind"], profile=row.profile, division_code=unit["division_code"],
        parent_slug=unit.get("parent") or "", host=unit.get("host") or None, plugins=tuple(row.plugins),
        admin_login=row.admin["admin_login"], admin_name=row.admin["admin_name"], by=ctx.actor.label)
    note_opened(ctx, onboarding_id, made_id=made.tenant.id)
    return made


@dataclass(frozen=True, slots=True)
class Checklist:
    """How far a new tenant is: numbers only, nothing of its content."""

    admin_signed_in: bool
    plugins: int
    org_units: int
    people: int


def checklist(tenant_id: int) -> Checklist:
    """Counts of a tenant for the hand-over sheet."""
    with tenant_scope(tenant_id):
        def count(model: Any) -> int:
            return session().scalar(select(func.count()).select_from(model)) or 0

        signed_in = session().scalar(select(func.count()).select_from(User).where(User.last_sign_in_at.is_not(None))) or 0
        return Checklist(signed_in > 0, count(PluginState), count(OrgUnit), count(Person))


@service("tenancy.tenant.suspend", action="tenancy.tenant.suspend")
def suspend_tenant(ctx: Context, slug: str, *, reason: str) -> None:
    """Stop a tenant's service. Raises NotFound, Invalid."""
    ctx.audit("tenant", None, slug, reason=reason)


@service("tenancy.tenant.suspend", action="tenancy.tenant.resume")
def resume_tenant(ctx: Context, slug: str) -> None:
    ctx.audit("tenant", None, slug)


def change_status(ctx: Context, slug: str, *, stop: bool, reason: str = "") -> None:
    """Suspend or resume, written in the tenant's chain and in the platform's. Raises NotFound, Invalid, Forbidden."""
    ctx.require("tenancy.tenant.suspend")
    session().commit()
    if stop:
        suspend(slug, reason, by=ctx.actor.label)
        suspend_tenant(ctx, slug, reason=reason)
    else:
        resume(slug, by=ctx.actor.label)
        resume_tenant(ctx, slug)


def find_tenant(ctx: Context, slug: str) -> Tenant:
    """One tenant's row for the operators. Raises NotFound."""
    found = next((t for t in list_tenants(ctx) if t.slug == slug), None)
    if found is None:
        raise NotFound("tenant")
    return found
