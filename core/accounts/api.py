"""Accounts for programs: opening, changing, stopping. One-time links are handed over by a person, on the page."""

from __future__ import annotations

from typing import Any

from core.base.i18n import _l
from core.service import Context
from core.web.api import Api
from core.web.resource import Resource

from .models import User
from .schemas import EditUser, NewUser
from .services import users as services

api = Api("accounts", __name__)


def _open(ctx: Context, **data: Any) -> User:
    """The account alone: its link lets in whoever has it, so no program is told."""
    return services.create_user(ctx, **data)[0]


users = Resource(api, "/users", _l("账号"), User, ("login_name", "name", "post", "person_id", "state", "service"),
                 reads=services.get_user, ledger="accounts.users")
users.create(_open, NewUser, needs="accounts.user.manage", page="new_user", title=_l("开通账号"),
             note=_l("首次登录的一次性链接由管理员在账号页面生成并当面交给本人"))
users.change(services.update_user, EditUser, page="update_user")
users.act("disable", services.disable_user, page="disable_user", title=_l("停用账号"))
users.act("enable", services.enable_user, page="enable_user", title=_l("启用账号"))
users.act("unlock", services.unlock_user, page="unlock_user", title=_l("解除锁定"))
users.act("sign-out", services.sign_out_user, page="sign_out_user", title=_l("让账号在所有设备上退出"))
