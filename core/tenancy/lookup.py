"""Finding a tenant by its address, and the set of plugins it has switched on."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import bindparam, select

from core.access.models import AccessRevision
from core.base.engine import current_database
from core.base.memo import GROUPS, Stamps
from core.base.scope import system_scope, tenant_scope
from core.base.session import AGAIN, session
from core.plugin import SwitchedOn, installed
from core.service import TenantInfo

from .models import ARCHIVED, CLOSED, ENABLED, PLATFORM, SHADOW, PluginLeave, PluginState, Tenant
from .origins import remember

# per database (engine): (is it a host?, address) -> the tenant that had it when somebody asked last
_numbers: WeakKeyDictionary[Any, dict[tuple[bool, str | None], int]] = WeakKeyDictionary()
# per database (engine): tenant id -> (plugins_rev, set)
_sets: WeakKeyDictionary[Any, dict[int, tuple[int, SwitchedOn]]] = WeakKeyDictionary()
_NEEDED = (Tenant.id, Tenant.slug, Tenant.name, Tenant.kind, Tenant.status, Tenant.parent_id, Tenant.brand, Tenant.plugins_rev,
           Tenant.origin_id, Tenant.travelled_keys, AccessRevision.access, AccessRevision.settings, AccessRevision.records)
_GROUPS = [getattr(AccessRevision, f"group_{number}") for number in range(GROUPS)]
# made once: building the statement cost more than running it, on every request
_JOINED = select(*_NEEDED, *_GROUPS).outerjoin(AccessRevision, AccessRevision.tenant_id == Tenant.id).execution_options(**AGAIN)
_BY_SLUG, _BY_HOST = (_JOINED.where(column == bindparam("address")) for column in (Tenant.slug, Tenant.host))

_STATES = (select(PluginState.plugin, PluginState.state, PluginLeave.org_path)
           .outerjoin(PluginLeave, (PluginLeave.tenant_id == PluginState.tenant_id) & (PluginLeave.plugin == PluginState.plugin))
           .execution_options(beyond_subtree=True, **AGAIN))


def _info(row: Any, stamps: Stamps | None = None) -> TenantInfo:
    remember(row)
    return TenantInfo(row.id, row.slug, row.name, row.kind, row.status, row.parent_id, row.brand or {}, stamps or Stamps())


def by_address(*, slug: str | None = None, host: str | None = None) -> tuple[TenantInfo, int] | None:
    """(tenant, plugins_rev) for a slug or a host name, or None. One indexed row, read on every request."""
    with system_scope("tenancy: resolve address"):
        return _read(slug, host)


def _read(slug: str | None, host: str | None) -> tuple[TenantInfo, int] | None:
    wanted = _BY_SLUG if slug is not None else _BY_HOST
    row = session().execute(wanted, {"address": slug if slug is not None else host}).one_or_none()
    return (_info(row, _stamps(row)), row.plugins_rev) if row else None


def _stamps(row: Any) -> Stamps:
    """None of them is 0 once something was changed; a tenant that was never written to has no row of them."""
    return Stamps(row.access or 0, row.settings or 0, row.records or 0, tuple(n or 0 for n in row[-GROUPS:]))


def enter(stack: ExitStack, *, slug: str | None = None, host: str | None = None) -> tuple[TenantInfo, int] | None:
    """As `by_address`, and the scope of the tenant that is found is entered on the stack.

    An address met before is asked for in the scope of the tenant that had it, in the transaction the request goes on with. Where
    it is that tenant's no more no row says so, and all tenants are asked.
    """
    known, address = _numbers.setdefault(current_database().engine, {}), (slug is None, host if slug is None else slug)
    if (number := known.get(address)) is not None:
        with ExitStack() as entered:
            entered.enter_context(tenant_scope(number))
            if (found := _read(slug, host)) and found[0].id == number:
                stack.push(entered.pop_all())
                return found
        known.pop(address, None)
    if found := by_address(slug=slug, host=host):
        known[address] = found[0].id
        stack.enter_context(tenant_scope(found[0].id))
    return found


def by_id(tenant_id: int) -> tuple[TenantInfo, int] | None:
    """(tenant, plugins_rev) for an id, or None."""
    with system_scope("tenancy: resolve id"):
        row = session().scalars(select(Tenant).where(Tenant.id == tenant_id)).one_or_none()
        return (_info(row), row.plugins_rev) if row else None


def working_tenants() -> list[tuple[TenantInfo, int]]:
    """All tenants whose periodic work is due (the platform too), for the ticker."""
    with system_scope("tenancy: periodic work"):
        wanted = select(Tenant).where(Tenant.status.not_in(CLOSED), ~Tenant.slug.startswith(SHADOW))
        rows = session().scalars(wanted.order_by(Tenant.id)).all()
        return [(_info(row), row.plugins_rev) for row in rows]


def enabled_plugins(tenant_id: int, plugins_rev: int) -> SwitchedOn:
    """The enabled set of the tenant in scope; cached per database until `plugins_rev` moves."""
    known = _sets.setdefault(session().get_bind(), {})
    cached = known.get(tenant_id)
    if cached and cached[0] == plugins_rev:
        return cached[1]
    rows = session().execute(_STATES).all()
    states = {row.plugin: row.state for row in rows
              if row.state in (ENABLED, ARCHIVED) and row.plugin in installed().by_name}      # its distribution may have gone
    left = [(row.plugin, row.org_path) for row in rows if row.org_path is not None]
    known[tenant_id] = (plugins_rev, SwitchedOn(states, [name for name, state in states.items() if state == ARCHIVED], left))
    return known[tenant_id][1]


def all_tenants() -> list[Tenant]:
    """The rows of all tenants but the platform, for the operators' list: names and states, nothing of their data."""
    with system_scope("tenancy: list tenants"):
        wanted = select(Tenant).where(Tenant.id != PLATFORM, ~Tenant.slug.startswith(SHADOW))
        return list(session().scalars(wanted.order_by(Tenant.slug)).all())


def demo_tenants() -> list[tuple[str, str]]:
    """(slug, name) of the tenants made from demo data; shown on the start page of a loopback installation only."""
    with system_scope("tenancy: demo tenants"):
        rows = session().execute(select(Tenant.slug, Tenant.name).where(Tenant.demo.is_(True)).order_by(Tenant.id)).all()
        return [(row.slug, row.name) for row in rows]
