"""What an account holds today."""

from __future__ import annotations

from functools import lru_cache

from sqlalchemy import select

from core.base import clock
from core.base.session import session
from core.service import Grant

from . import revision as _revision  # noqa: F401  (watches every session from now on)
from .models import Role, RoleGrant


def grants_of(user_id: int) -> tuple[Grant, ...]:
    """The grants in force today for an account of the tenant in scope, in one statement."""
    rows = session().execute(
        select(Role.id, Role.label, Role.permissions, RoleGrant.org_path, RoleGrant.source)
        .join(RoleGrant, (RoleGrant.tenant_id == Role.tenant_id) & (RoleGrant.role_id == Role.id))
        .where(RoleGrant.user_id == user_id, RoleGrant.in_force(clock.today()))
    ).all()
    return tuple(Grant(r.id, r.label, one_set(frozenset(r.permissions)), r.org_path, r.source) for r in rows)


@lru_cache(maxsize=1024)
def one_set(permissions: frozenset[str]) -> frozenset[str]:
    """The same object for the same permissions: the tenants of a process have much the same roles, and remember them all."""
    return permissions
