"""用户与权限表: who holds which role where, from when to when, on what paper."""

from __future__ import annotations

from typing import Any

from sqlalchemy import case, select

from core.accounts.models import ACTIVE, DISABLED, User
from core.base import clock
from core.base.i18n import _l
from core.base.session import session
from core.plugin import Filter, Ledger, View, col
from core.service import Context

from .models import Role, RoleGrant
from .places import names

HELD, TO_COME, ENDED = "held", "to_come", "ended"
STATES = {HELD: _l("有效"), TO_COME: _l("未开始"), ENDED: _l("已结束")}
_PATHS = "access_ledger_paths"


def _state(ctx: Context) -> Any:
    """A grant's state today as an expression."""
    today = clock.today()
    return case((RoleGrant.revoked_at.is_not(None), ENDED), (RoleGrant.ends_on < today, ENDED),
                (RoleGrant.starts_on > today, TO_COME), else_=HELD)


def _place(row: Any, ctx: Context) -> str:
    """The unit's name; all units that occur in grants are read in one statement."""
    known = session().info.get(_PATHS)
    if known is None or row.path not in known:
        known = session().info[_PATHS] = names({row.path, *session().scalars(select(RoleGrant.org_path).distinct())})
    return str(known[row.path])


def _is(state: str) -> Any:
    return lambda ctx: _state(ctx) == state


grants = Ledger(
    name="access.grants", title=_l("用户与权限表"), permission="access.role.read", key=RoleGrant.id, scope=(RoleGrant.org_path,),
    rows=select(RoleGrant)
    .join(User, (User.tenant_id == RoleGrant.tenant_id) & (User.id == RoleGrant.user_id))
    .join(Role, (Role.tenant_id == RoleGrant.tenant_id) & (Role.id == RoleGrant.role_id)),
    columns=(
        col("name", _l("姓名"), User.name, search=True, opens="accounts.user", key=User.id, width=12),
        col("login", _l("账号"), User.login_name, search=True, width=14),
        col("post", _l("职务"), User.post, priority=3, width=16),
        col("role", _l("角色"), Role.label, search=True, filter=False, width=18),
        col("unit", _l("范围"), value=_place, width=24),
        col("starts_on", _l("开始日期"), RoleGrant.starts_on, priority=2),
        col("ends_on", _l("结束日期"), RoleGrant.ends_on, priority=2),
        col("source", _l("依据"), RoleGrant.source, priority=2, width=20),
        col("granted_by", _l("授权人"), RoleGrant.granted_by, priority=3),
        col("revoked_at", _l("收回时间"), RoleGrant.revoked_at, priority=3, hidden=True, width=18),
        col("account", _l("账号状态"), User.state, choices={ACTIVE: _l("在用"), DISABLED: _l("已停用")},
            tones={ACTIVE: "ok", DISABLED: "mute"}, filter=True, priority=3),
        col("totp", _l("须两步验证"), Role.needs_totp, priority=3, hidden=True),
        col("path", _l("范围代码"), RoleGrant.org_path, priority=3, hidden=True),
    ),
    filters=(
        Filter(name="unit_below", label=_l("组织"), kind="org", source=RoleGrant.org_path),
        *(Filter(name=state, label=label, kind="flag", where=_is(state)) for state, label in STATES.items()),
    ),
    views=(
        View(name="held", label=_l("有效"), query={HELD: "1"}), View(name="to_come", label=_l("未开始"), query={TO_COME: "1"}),
        View(name="ended", label=_l("已结束"), query={ENDED: "1"}),
    ),
    order=("name", "starts_on"), icon="shield-lock", group=_l("管理"), rank=910,
    note=_l("谁、以什么角色、在什么范围、从哪天到哪天、依据什么文件；只会结束，不会删除。"), empty=_l("还没有授权记录。"),
)
