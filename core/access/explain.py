"""Who can see this, and why; and the other way round: what may this account do, and why."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

from sqlalchemy import select

from core.accounts.models import ACTIVE, User
from core.base.session import session
from core.contracts.errors import NotFound
from core.service import Context, service

from .holdings import Holding, holdings
from .kinds import Placed, placed
from .models import Role, RoleGrant
from .places import name, names


@dataclass(frozen=True, slots=True)
class Reader:
    """One reason why one account can see a record."""

    user_id: int
    user: str
    login: str
    post: str
    role: str
    place: str
    starts_on: dt.date
    ends_on: dt.date | None
    source: str
    granted_by: str


@dataclass(frozen=True, slots=True)
class Readers:
    """The record, the permission that shows it, its places in words, and everybody who holds the permission there."""

    record: Placed
    permission: str
    places: tuple[str, ...]
    readers: tuple[Reader, ...]


@dataclass(frozen=True, slots=True)
class Power:
    """A permission of an account: where it holds, by which roles; `dormant` while its module is off."""

    name: str
    label: str
    sensitive: bool
    dormant: bool
    reasons: tuple[tuple[str, str], ...]


@service("access.role.read", writes=False)
def who_can_see(ctx: Context, kind: str, record_id: int) -> Readers:
    """Everybody who can read the record today. Raises NotFound, also for a record outside the asker's part of the unit.

    The record's name is shown only to those who may read the record themselves.
    """
    record = placed(ctx, kind, record_id)
    paths = record.paths or ("",)
    if not any(ctx.may("access.role.read", path) for path in paths):
        raise NotFound(kind)
    may_read = any(ctx.may(record.permission, path) for path in paths) or (not record.paths and ctx.may(record.permission))
    permission = ctx.plugins.permissions.get(record.permission)
    found = names(record.paths)
    return Readers(record if may_read else replace(record, label=""), str(permission.label) if permission else record.permission,
                   tuple(found[path] for path in record.paths), tuple(_readers(ctx, record)))


def _readers(ctx: Context, record: Placed) -> list[Reader]:
    """A record without a place is read by everybody who holds the permission anywhere."""
    wanted = (
        select(User.id, User.name.label("user_name"), User.login_name, User.post, Role.label, Role.permissions,
               RoleGrant.org_path, RoleGrant.starts_on, RoleGrant.ends_on, RoleGrant.source, RoleGrant.granted_by)
        .join(RoleGrant, (RoleGrant.tenant_id == User.tenant_id) & (RoleGrant.user_id == User.id))
        .join(Role, (Role.tenant_id == RoleGrant.tenant_id) & (Role.id == RoleGrant.role_id))
        .where(User.state == ACTIVE, RoleGrant.in_force(ctx.today()))
        .order_by(RoleGrant.org_path.desc(), User.login_name))
    if record.paths:
        above = {path[:end] for path in record.paths for end in range(len(path) + 1)}
        wanted = wanted.where(RoleGrant.org_path.in_(above))
    rows = [row for row in session().execute(wanted) if record.permission in row.permissions]
    words = names(row.org_path for row in rows)
    return [Reader(r.id, r.user_name, r.login_name, r.post, r.label, words[r.org_path], r.starts_on, r.ends_on, r.source,
                   r.granted_by) for r in rows]


@service("access.role.read", writes=False)
def what_may(ctx: Context, user_id: int) -> tuple[User, list[tuple[str, list[Power]]]]:
    """The account and its permissions by module, each with the roles and places it comes from. Raises NotFound."""
    user = session().get(User, (ctx.tenant.id, user_id))
    if user is None:
        raise NotFound("user")
    held = [h for h in holdings(user_id) if h.in_force(ctx.today())] if user.state == ACTIVE else []
    names(h.path for h in held)
    groups = []
    for module, owner in ctx.plugins.by_name.items():
        off = not ctx.plugins.active(module + ".x", ctx.enabled)
        powers = [Power(p.name, str(p.label), p.sensitive, off, _reasons(p.name, held)) for p in owner.manifest.permissions]
        powers = [power for power in powers if power.reasons]
        if powers:
            groups.append((str(owner.manifest.title), powers))
    return user, groups


def _reasons(permission: str, held: list[Holding]) -> tuple[tuple[str, str], ...]:
    return tuple(dict.fromkeys((h.role, name(h.path)) for h in held if permission in h.permissions))
