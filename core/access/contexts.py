"""Contexts for doors that have no browser: jobs and commands."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import select

from core.accounts.models import User
from core.base.scope import tenant_scope
from core.base.session import session
from core.jobs.queue import OwnerGone, token_in_use
from core.service import Actor, Context, TenantInfo, system_context
from core.tenancy.lookup import by_address, by_id, enabled_plugins
from core.tenancy.models import CLOSED

from .grants import grants_of
from .tokens import cut_of


def job_context(tenant_id: int, actor_id: int | None) -> Context | None:
    """What a job of the tenant in scope runs with: the rights, today, of whoever asked for it.

    None when the tenant takes no work now (suspended, half there, gone). Raises OwnerGone when it does but the account was
    disabled, or the access token it came with (core.jobs.queue.token_in_use) was revoked or ran out.
    """
    found = by_id(tenant_id)
    if found is None or found[0].status in CLOSED:
        return None
    tenant, rev = found
    enabled = enabled_plugins(tenant.id, rev)
    own = system_context(tenant, enabled, "system")
    if actor_id is None:
        return own
    context = user_context(tenant, enabled, actor_id)
    if context is None:
        raise OwnerGone(own)
    return context


def user_context(tenant: TenantInfo, enabled: frozenset[str], user_id: int, via: str = "job") -> Context | None:
    """The context of an account of the tenant in scope; None when it is disabled or unknown."""
    user = session().scalars(select(User).where(User.id == user_id, User.state == "active")).one_or_none()
    if user is None:
        return None
    token_id = token_in_use() if via == "job" else None
    grants = grants_of(user.id) if token_id is None else cut_of(token_id, user.id)
    if grants is None:
        return None
    return Context(tenant, Actor("user", user.id, user.name, token_id=token_id), grants, enabled, via=via,
                   locale=(user.preferences or {}).get("lang", "zh"))


@contextmanager
def acting_in(slug: str, label: str, via: str = "cli") -> Iterator[Context]:
    """Enter the tenant's scope with all powers, named `label` in the audit. Raises LookupError for an unknown slug."""
    found = by_address(slug=slug)
    if found is None:
        raise LookupError(slug)
    tenant, rev = found
    with tenant_scope(tenant.id):
        yield system_context(tenant, enabled_plugins(tenant.id, rev), label, via)
