"""What an account holds, and whether that covers what somebody wants to give away or to manage.

Nobody gives what he does not hold himself: not a permission, not a place, not a longer time.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import or_, select

from core.base import clock
from core.base.session import session
from core.service import Context

from .models import Role, RoleGrant


@dataclass(frozen=True, slots=True)
class Holding:
    """One grant in force or still to begin: role, place, time, paper, and who gave it."""

    grant_id: int
    role_id: int
    role: str
    permissions: frozenset[str]
    path: str
    starts_on: dt.date
    ends_on: dt.date | None
    source: str
    granted_by: str
    needs_totp: bool = False

    def in_force(self, day: dt.date) -> bool:
        return self.starts_on <= day and (self.ends_on is None or self.ends_on >= day)

    def covers(self, path: str, until: dt.date | None) -> bool:
        """Whether the place lies inside, for at least so long (None: without end)."""
        return path.startswith(self.path) and (self.ends_on is None or (until is not None and until <= self.ends_on))


def holdings(user_id: int) -> list[Holding]:
    """Grants of an account of the tenant in scope that are in force or will be, widest place first."""
    rows = session().execute(
        select(RoleGrant.id, Role.id.label("role_id"), Role.label, Role.permissions, RoleGrant.org_path, RoleGrant.starts_on,
               RoleGrant.ends_on, RoleGrant.source, RoleGrant.granted_by, Role.needs_totp)
        .join(Role, (Role.tenant_id == RoleGrant.tenant_id) & (Role.id == RoleGrant.role_id))
        .where(RoleGrant.user_id == user_id, RoleGrant.revoked_at.is_(None),
               or_(RoleGrant.ends_on.is_(None), RoleGrant.ends_on >= clock.today()))
        .order_by(RoleGrant.org_path, RoleGrant.id)).all()
    return [Holding(r.id, r.role_id, r.label, frozenset(r.permissions), r.org_path, r.starts_on, r.ends_on, r.source,
                    r.granted_by, r.needs_totp) for r in rows]


def uncovered(ctx: Context, permissions: Iterable[str], path: str, until: dt.date | None = None) -> list[str]:
    """Those of `permissions` the actor does not hold himself at `path` until that day (None: without end), sorted.

    Permissions of modules that are switched off count like others: they come back when the module does. Those of modules
    that are not installed do nothing and are left out.
    """
    wanted = {name for name in permissions if name in ctx.plugins.permissions}
    if ctx.all_powers:
        return []
    own = [h for h in holdings(ctx.actor.id or 0) if h.in_force(clock.today()) and h.covers(path, until)]
    return sorted(wanted - {name for h in own for name in h.permissions})


def beyond(ctx: Context, user_id: int) -> list[str]:
    """Permissions an account has, or will have, that the actor does not hold at the same place for as long.

    Whoever resets a password could use the account: he must hold what it holds.
    """
    if ctx.all_powers or user_id == ctx.actor.id:
        return []
    own = [h for h in holdings(ctx.actor.id or 0) if h.in_force(clock.today())]
    found: set[str] = set()
    for held in holdings(user_id):
        mine = {name for h in own if h.covers(held.path, held.ends_on) for name in h.permissions}
        found |= {name for name in held.permissions if name in ctx.plugins.permissions} - mine
    return sorted(found)
