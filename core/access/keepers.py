"""A unit never loses its last admin: somebody must be left who can open accounts and grant roles, everywhere, without end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import select

from core.accounts.models import ACTIVE, User
from core.base import clock
from core.base.i18n import _
from core.base.session import session
from core.contracts.errors import Invalid

from .models import Role, RoleGrant

KEEPING = frozenset({"accounts.user.manage", "access.grant.manage"})


def keepers() -> set[int]:
    """Accounts in service, with a password, that hold both permissions on the whole tenant without end."""
    roles = [role.id for role in session().scalars(select(Role).with_for_update()) if set(role.permissions) >= KEEPING]
    return set(session().scalars(
        select(User.id).join(RoleGrant, (RoleGrant.tenant_id == User.tenant_id) & (RoleGrant.user_id == User.id))
        .where(User.state == ACTIVE, User.password_hash != "", RoleGrant.role_id.in_(roles), RoleGrant.org_path == "",
               RoleGrant.revoked_at.is_(None), RoleGrant.ends_on.is_(None), RoleGrant.starts_on <= clock.today())))


@contextmanager
def a_keeper_stays() -> Iterator[None]:
    """Around a change that takes powers away. Raises Invalid when it would leave nobody."""
    before = keepers()
    yield
    session().flush()
    if before and not keepers():
        raise Invalid({}, _("不能这样做：至少要保留一名在用的、权限覆盖全单位且没有期限的管理员。请先把管理员角色授予另一个人。"))
