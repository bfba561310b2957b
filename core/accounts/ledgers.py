"""账号: who can sign in, when they last did, and who has not for long."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import and_, func, select

from core.access.models import Role, RoleGrant
from core.base import clock
from core.base.i18n import _l
from core.base.session import session
from core.plugin import Action, Filter, Ledger, View, col
from core.rules import rule
from core.service import Context

from .attempts import ACCOUNT
from .models import ACTIVE, DISABLED, Attempt, User

STATES = {ACTIVE: _l("在用"), DISABLED: _l("已停用")}
_ROLES = "accounts_ledger_roles"


def _idle(ctx: Context) -> Any:
    """In service, but nobody signed in for as many days as the rule says (never: since it was opened)."""
    since = clock.now() - dt.timedelta(days=rule("accounts.idle_account_days").value)
    return and_(User.state == ACTIVE, func.coalesce(User.last_sign_in_at, User.created_at) < since)


def _locked(ctx: Context) -> Any:
    return Attempt.locked_until > clock.now()


def _roles(row: Any, ctx: Context) -> str:
    """Roles in force; read for all accounts in one statement."""
    known = session().info.get(_ROLES)
    if known is None:
        known = {}
        pairs = session().execute(
            select(RoleGrant.user_id, Role.label).join(
                Role, (Role.tenant_id == RoleGrant.tenant_id) & (Role.id == RoleGrant.role_id))
            .where(RoleGrant.in_force(clock.today())).order_by(Role.label).distinct())
        for user_id, label in pairs:
            known.setdefault(user_id, []).append(label)
        session().info[_ROLES] = known
    return "、".join(known.get(row.row_key, ()))


users = Ledger(
    name="accounts.users", title=_l("账号"), permission="accounts.user.read", key=User.id, opens="accounts.user",
    rows=select(User).outerjoin(Attempt, and_(
        Attempt.tenant_id == User.tenant_id, Attempt.user_id == User.id, Attempt.kind == ACCOUNT)),
    columns=(
        col("name", _l("姓名"), User.name, search=True, width=12),
        col("login", _l("账号"), User.login_name, search=True, width=14),
        col("post", _l("职务"), User.post, search=True, priority=2, width=18),
        col("roles", _l("角色"), value=_roles, width=24),
        col("state", _l("状态"), User.state, choices=STATES, tones={ACTIVE: "ok", DISABLED: "mute"}, filter=True, width=8),
        col("last", _l("上次登录"), User.last_sign_in_at, width=18),
        col("totp", _l("两步验证"), User.totp_secret.is_not(None), priority=2, width=10),
        col("opened", _l("开通时间"), User.created_at, priority=3, hidden=True, width=18),
        col("locked", _l("锁定至"), Attempt.locked_until, priority=3, hidden=True, width=18),
    ),
    filters=(Filter(name="idle", label=_l("长期未登录"), kind="flag", where=_idle),
             Filter(name="locked_now", label=_l("已锁定"), kind="flag", where=_locked)),
    views=(View(name="active", label=_l("在用"), query={"state": ACTIVE}),
           View(name="disabled", label=_l("已停用"), query={"state": DISABLED}),
           View(name="idle", label=_l("长期未登录"), query={"idle": "1"})),
    actions=(Action(_l("新建账号"), "accounts.new_user", "accounts.user.manage", "person-plus", primary=True),),
    order=("login",), icon="people", group=_l("管理"), rank=905,
    note=_l("离岗的账号停用即可，不会删除；长期未登录的建议停用。"), empty=_l("还没有账号。"),
)
