"""Managing the accounts of a unit: open, change, stop, start again, unlock, hand over a one-time link.

Whoever manages an account must hold what it holds (core.access.holdings.beyond): a link could be used by the one who makes it.
"""

from __future__ import annotations

from sqlalchemy import Table, select

from core.access.holdings import beyond
from core.access.keepers import a_keeper_stays
from core.base.db import metadata
from core.base.i18n import _
from core.base.ids import new_id
from core.base.pinyin import name_keys
from core.base.scope import current_scope
from core.base.session import session
from core.contracts.errors import Invalid
from core.service import Context, service

from .. import attempts, second_factor
from ..links import ACTIVATION, RESET, make_link, void_links
from ..models import ACTIVE, DISABLED, User
from ..sessions import end_sessions
from .standing import find_account, usable_login


@service("accounts.user.read", writes=False)
def get_user(ctx: Context, user_id: int) -> User:
    """Raises NotFound."""
    return ctx.get(User, user_id)


@service("accounts.user.manage", action="accounts.user.create")
def create_user(ctx: Context, *, login_name: str, name: str, post: str = "", person_id: int | None = None) -> tuple[User, str]:
    """A new account without any right, and the token of its one-time link (shown once). Raises Invalid."""
    login = _free_login(login_name)
    _check_person(person_id)
    user = User(login_name=login, name=name, name_keys=name_keys(name).initials, post=post, person_id=person_id)
    session().add(user)
    session().flush()
    token = make_link(user.id, ACTIVATION, ctx.now())
    ctx.audit("user", user.id, user.name, login=login, link=ACTIVATION)
    return user, token


@service("accounts.user.manage", action="accounts.user.create")
def create_service_account(ctx: Context, *, name: str) -> User:
    """An account for a program: no password, no link, no right until a role is granted. Its login name is made up."""
    user = User(login_name=f"service-{new_id()}", name=name, name_keys=name_keys(name).initials, service=True)
    session().add(user)
    session().flush()
    ctx.audit("user", user.id, user.name, login=user.login_name, service=True)
    return user


def _free_login(typed: str) -> str:
    login = usable_login(typed)
    if find_account(login) is not None:
        raise Invalid({"login_name": [_("账号“%(login)s”已被使用，请换一个。", login=login)]})
    return login


def _check_person(person_id: int | None) -> None:
    """The person must be in the unit's registry (table of core.people, which stands above this module)."""
    people: Table | None = metadata.tables.get("people_person")
    if person_id is None:
        return
    found = None if people is None else session().scalar(select(people.c.id).where(
        people.c.tenant_id == current_scope().tenant_id, people.c.id == person_id))
    if found is None:
        raise Invalid({"person_id": [_("人员库中没有这个人，请重新选择。")]})


def _managed(ctx: Context, user_id: int) -> User:
    """The account, if the actor may manage it. Raises NotFound, Invalid."""
    user = ctx.get(User, user_id)
    if beyond(ctx, user.id):
        raise Invalid({}, _("这个账号拥有您没有的权限，请由权限更高的管理员办理。"))
    return user


@service("accounts.user.manage", action="accounts.user.update")
def update_user(ctx: Context, user_id: int, *, version: int | None, name: str, post: str = "",
                person_id: int | None = None) -> User:
    """Name, post and person of an account. Raises NotFound, Invalid, Conflict."""
    user = _managed(ctx, user_id)
    ctx.check_version(user, version)
    _check_person(person_id)
    after = {"name": name, "post": post, "person_id": person_id}
    changes = {key: [getattr(user, key), value] for key, value in after.items() if getattr(user, key) != value}
    user.name, user.post, user.person_id, user.name_keys = name, post, person_id, name_keys(name).initials
    ctx.audit("user", user.id, user.name, changes=changes)
    return user


@service("accounts.user.manage", action="accounts.user.disable")
def disable_user(ctx: Context, user_id: int, *, version: int | None = None) -> User:
    """Stop an account at once: sessions end, links are void; its grants stay written.

    Raises Invalid (self, last admin), Conflict.
    """
    if user_id == ctx.actor.id:
        raise Invalid({}, _("不能停用自己的账号，请由另一位管理员办理。"))
    user = _managed(ctx, user_id)
    ctx.check_version(user, version)
    with a_keeper_stays():
        user.state = DISABLED
    void_links(user.id, ctx.now())
    ctx.audit("user", user.id, user.name, sessions_ended=end_sessions(user.id, "disabled"))
    return user


@service("accounts.user.manage", action="accounts.user.enable")
def enable_user(ctx: Context, user_id: int, *, version: int | None = None) -> User:
    """Let a stopped account sign in again, with the password and the grants it had. Raises Conflict."""
    user = _managed(ctx, user_id)
    ctx.check_version(user, version)
    user.state = ACTIVE
    ctx.audit("user", user.id, user.name)
    return user


@service("accounts.user.manage", action="accounts.user.reset")
def reset_link(ctx: Context, user_id: int) -> tuple[User, str]:
    """A one-time link with which the owner chooses a new password; the old one works until then. Raises Invalid."""
    user = _managed(ctx, user_id)
    if user.service:
        raise Invalid({}, _("服务账号供程序使用，没有密码；请在“访问令牌”页面管理它。"))
    if user.state != ACTIVE:
        raise Invalid({}, _("这个账号已停用，请先启用。"))
    purpose = RESET if user.password_hash else ACTIVATION
    token = make_link(user.id, purpose, ctx.now())
    ctx.audit("user", user.id, user.name, link=purpose)
    return user, token


@service("accounts.user.manage", action="accounts.user.unlock")
def unlock_user(ctx: Context, user_id: int) -> User:
    """Forget the wrong attempts on an account, so that its owner need not wait."""
    user = _managed(ctx, user_id)
    attempts.unlock(user.id, user.login_name)
    ctx.audit("user", user.id, user.name)
    return user


@service("accounts.user.manage", action="accounts.user.second_factor_off")
def clear_second_factor(ctx: Context, user_id: int) -> User:
    """For a lost telephone without recovery codes: the second factor is off, all sessions end."""
    user = _managed(ctx, user_id)
    second_factor.drop(user)
    ctx.audit("user", user.id, user.name, sessions_ended=end_sessions(user.id, "second factor"))
    return user


@service("accounts.user.manage", action="accounts.user.end_sessions")
def sign_out_user(ctx: Context, user_id: int) -> int:
    """Sign an account out everywhere; how many sessions ended."""
    user = _managed(ctx, user_id)
    ended = end_sessions(user.id, "by admin")
    ctx.audit("user", user.id, user.name, sessions_ended=ended)
    return ended
