"""Who holds a permission at a place: for handing work over, and for telling somebody refused whom to ask."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from core.accounts.models import User
from core.base import clock
from core.base.session import session

from .models import Role, RoleGrant


@dataclass(frozen=True, slots=True)
class Holder:
    """An account with the role and the subtree by which it holds the permission."""

    user_id: int
    name: str
    post: str
    role: str
    path: str


def holders(permission: str, org_path: str) -> list[Holder]:
    """Accounts in service that hold `permission` on `org_path` today, nearest first, each once. One statement."""
    above = [org_path[:end] for end in range(len(org_path) + 1)]
    rows = session().execute(
        select(User.id, User.name, User.post, Role.label, Role.permissions, RoleGrant.org_path)
        .join(RoleGrant, (RoleGrant.tenant_id == User.tenant_id) & (RoleGrant.user_id == User.id))
        .join(Role, (Role.tenant_id == RoleGrant.tenant_id) & (Role.id == RoleGrant.role_id))
        .where(User.state == "active", RoleGrant.in_force(clock.today()), RoleGrant.org_path.in_(above))
        .order_by(User.name)
    ).all()
    found: dict[int, Holder] = {}
    for row in sorted(rows, key=lambda r: -len(r.org_path)):
        if permission in row.permissions:
            found.setdefault(row.id, Holder(row.id, row.name, row.post, row.label, row.org_path))
    return list(found.values())
