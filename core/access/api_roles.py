"""Roles, grants and tokens for programs. Nobody gives what he does not hold; a token makes no tokens."""

from __future__ import annotations

from typing import Any

from marshmallow import fields

from core.base.i18n import _l
from core.service import Context
from core.web import ctx
from core.web.api import TEXT, Api, items_of, told
from core.web.forms import Length, Ref, Text, ui
from core.web.resource import Resource, act

from .models import Role
from .schemas import GrantSchema, RoleSchema
from .services import grants, roles, tokens

roles_api = Api("access", __name__, part="roles")
DAY, NUMBER = {"type": ["string", "null"], "format": "date"}, {"type": "integer"}


class RoleIn(RoleSchema):
    """A role with what it allows."""

    permissions = fields.List(Text(validate=Length(max=120)), required=True, validate=Length(max=2000), metadata=ui(_l("权限")))


class GrantIn(GrantSchema):
    """A role for an account; which roles there are, the service says."""

    role_id = Ref("role", required=True, metadata=ui(_l("角色")))


held = Resource(roles_api, "/roles", _l("角色"), Role, ("key", "label", "note", "permissions", "needs_totp", "source"),
                reads=roles.get_role)
held.create(roles.create_role, RoleIn, page="new_role")
held.change(roles.update_role, RoleIn, page="update_role")
held.act("", roles.delete_role, method="DELETE", page="delete_role", title=_l("删除角色"))


@roles_api.get("/roles", needs="access.role.read", title=_l("全部角色"), answers=held.shape, many=True)
def all_roles() -> Any:
    return [role for role, _holders in roles.list_roles(ctx())]


HELD = told(id=NUMBER, role=TEXT, place=TEXT, starts_on=DAY, ends_on=DAY)


@roles_api.get("/users/<int:user_id>/grants", needs="access.role.read", title=_l("一个账号的授权"), answers=items_of(HELD))
def grants_of(user_id: int) -> dict[str, Any]:
    return {"items": [{"id": one.grant.grant_id, "role": one.grant.role, "place": one.place, "starts_on": one.grant.starts_on,
                       "ends_on": one.grant.ends_on} for one in grants.grants_of_account(ctx(), user_id)]}


act(roles_api, "POST", "/users/<int:user_id>/grants", grants.give_role, GrantIn, page="give", title=_l("授予角色"),
    status=201)


def _end(ctx: Context, grant_id: int) -> None:
    grants.end_grant(ctx, grant_id)


act(roles_api, "POST", "/grants/<int:grant_id>/end", _end, name="end_grant", needs="access.grant.manage", page="end",
    title=_l("收回角色"))

TOKEN = told(id=NUMBER, name=TEXT, hint=TEXT, place=TEXT, state=TEXT, permissions={"type": "array", "items": TEXT},
             expires_at={"type": "string", "format": "date-time"},
            last_used_at={"type": ["string", "null"], "format": "date-time"})


@roles_api.get("/tokens", needs=tokens.MANAGE, title=_l("访问令牌"), answers=items_of(TOKEN))
def all_tokens() -> dict[str, Any]:
    return {"items": [{"id": one.token.id, "name": one.token.name, "hint": one.token.hint, "place": one.place, "state": one.state,
                       "permissions": one.token.permissions, "expires_at": one.token.expires_at,
                       "last_used_at": one.token.last_used_at} for one in tokens.list_tokens(ctx())]}


act(roles_api, "POST", "/tokens/<int:token_id>/revoke", tokens.revoke_token, page="tokens.revoke", title=_l("作废访问令牌"),
    note=_l("令牌只能由人在页面上发放：程序不能给自己续期"))
