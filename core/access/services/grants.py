"""Granting a role to an account at a place for a time, and taking it back. Grants are ended, never deleted."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import or_, select

from core.accounts.models import ACTIVE, User
from core.base.i18n import _
from core.base.session import session
from core.contracts.errors import Invalid, NotFound
from core.service import Context, service

from ..holdings import Holding, holdings, uncovered
from ..keepers import a_keeper_stays
from ..models import Role, RoleGrant
from ..places import Place, name, unit
from .roles import labels

WHOLE = Place(None, "", "")


@dataclass(frozen=True, slots=True)
class Held:
    """One grant of an account as its page shows it; `mine`: the reader may end it."""

    grant: Holding
    place: str
    mine: bool


@service("access.role.read", writes=False)
def grants_of_account(ctx: Context, user_id: int) -> list[Held]:
    """What an account holds now and what it will hold, with the places in words."""
    return [Held(h, name(h.path), ctx.may("access.grant.manage", h.path)) for h in holdings(user_id)]


@service("access.grant.manage", writes=False)
def grantable(ctx: Context) -> list[Role]:
    """Roles the actor could give somewhere: those he holds completely at some place of his."""
    paths = ctx.subtrees("access.grant.manage")
    roles = session().scalars(select(Role).order_by(Role.label)).all()
    return [role for role in roles if role.permissions and any(not uncovered(ctx, role.permissions, path, ctx.today())
                                                               for path in paths)]


@service("access.grant.manage", action="access.grant.give")
def give_role(ctx: Context, user_id: int, *, role_id: int, org_unit_id: int | None, starts_on: dt.date | None = None,
              ends_on: dt.date | None = None, source: str = "") -> RoleGrant:
    """Grant a role. Raises Invalid (unknown account, role or unit; dates; more than the actor holds), Forbidden, NotFound."""
    user = ctx.get(User, user_id)
    role = session().get(Role, (ctx.tenant.id, role_id))
    place = WHOLE if org_unit_id is None else unit(org_unit_id)
    first = starts_on or ctx.today()
    if wrong := _wrong(ctx, user, role, place, first, ends_on):
        raise Invalid(wrong)
    assert role is not None and place is not None
    ctx.require("access.grant.manage", place.path)
    if refused := uncovered(ctx, role.permissions, place.path, ends_on):
        raise Invalid({"role_id": [_("只能授予您自己在该范围内、该期限内拥有的权限，还缺：%(names)s",
                                     names=labels(ctx.plugins, refused))]})
    grant = RoleGrant(user_id=user.id, role_id=role.id, org_unit_id=place.id, org_path=place.path, starts_on=first,
                      ends_on=ends_on, source=source, granted_by=ctx.actor.label)
    session().add(grant)
    session().flush()
    ctx.audit("user", user.id, user.name, role=role.label, place=place.path, unit=name(place.path), starts_on=first.isoformat(),
              ends_on=ends_on.isoformat() if ends_on else None, source=source)
    return grant


def _wrong(ctx: Context, user: User, role: Role | None, place: Place | None, first: dt.date,
           last: dt.date | None) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    if user.state != ACTIVE:
        found["user_id"] = [_("这个账号已停用，请先启用。")]
    if role is None:
        found["role_id"] = [_("请从列表中选择角色。")]
    if place is None:
        found["org_unit_id"] = [_("没有这个组织，请重新选择。")]
    if last is not None and (last < first or last < ctx.today()):
        found["ends_on"] = [_("结束日期不能早于开始日期和今天。")]
    if role and place and not found and _same(user.id, role.id, place.path, first, last):
        found["role_id"] = [_("这个账号在该范围内已有这个角色，期限重叠。")]
    return found


def _same(user_id: int, role_id: int, path: str, first: dt.date, last: dt.date | None) -> bool:
    """Whether a grant of the role at the place overlaps the time."""
    overlapping = select(RoleGrant.id).where(
        RoleGrant.user_id == user_id, RoleGrant.role_id == role_id, RoleGrant.org_path == path, RoleGrant.revoked_at.is_(None),
        or_(RoleGrant.ends_on.is_(None), RoleGrant.ends_on >= first))
    if last is not None:
        overlapping = overlapping.where(RoleGrant.starts_on <= last)
    return session().scalars(overlapping).first() is not None


@service("access.grant.manage", action="access.grant.end")
def end_grant(ctx: Context, grant_id: int) -> int:
    """Take a role back at once; returns the account's id. Raises NotFound, Invalid (the last admin), Forbidden."""
    grant = session().get(RoleGrant, (ctx.tenant.id, grant_id))
    if grant is None or grant.revoked_at is not None:
        raise NotFound("grant")
    ctx.require("access.grant.manage", grant.org_path)
    user, role = ctx.get(User, grant.user_id), ctx.get(Role, grant.role_id)
    with a_keeper_stays():
        grant.revoked_at = ctx.now()
    ctx.audit("user", user.id, user.name, role=role.label, place=grant.org_path, unit=name(grant.org_path))
    return user.id
