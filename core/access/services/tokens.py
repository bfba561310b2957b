"""Handing access tokens to programs, exchanging and revoking them.

A token belongs to a service account, and what the account may do is a role granted at a place until a day: the same grant
as a person's, given under the same rules (core.access.services.grants). No person's account has a token: it would let in
without the second factor.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select

from core.accounts.models import ACTIVE, User
from core.accounts.services.users import create_service_account
from core.base.clock import SHANGHAI
from core.base.i18n import _
from core.base.session import session
from core.contracts.errors import Invalid, NotFound
from core.rules import rule
from core.service import Context, service

from ..holdings import uncovered
from ..models import AccessToken, Role
from ..places import names
from ..tokens import HINT, macs, new_secret
from .grants import give_role
from .roles import labels

MANAGE = "access.token.manage"
LIVE, ENDED, REVOKED, STOPPED = "live", "ended", "revoked", "stopped"


@dataclass(frozen=True, slots=True)
class Shown:
    """A token as the list shows it. `state`: live | ended (ran out) | revoked | stopped (its account is disabled)."""

    token: AccessToken
    account: User
    place: str
    state: str

    @property
    def scope(self) -> str:
        return _("%(n)s 项权限", n=len(self.token.permissions))


@service(MANAGE, writes=False)
def list_tokens(ctx: Context) -> list[Shown]:
    """The tokens made for places where the actor manages them, live ones first, the newest first."""
    rows = session().execute(
        select(AccessToken, User).join(User, (User.tenant_id == AccessToken.tenant_id) & (User.id == AccessToken.user_id))
        .order_by(AccessToken.id.desc())).all()
    mine = [(token, user) for token, user in rows if ctx.may(MANAGE, token.org_path)]
    places = names({token.org_path for token, _user in mine})
    found = [Shown(token, user, places[token.org_path], _state(token, user, ctx.now())) for token, user in mine]
    return sorted(found, key=lambda shown: shown.state != LIVE)


def _state(token: AccessToken, user: User, now: dt.datetime) -> str:
    if token.revoked_at is not None:
        return REVOKED
    if token.expires_at <= now:
        return ENDED
    return LIVE if user.state == ACTIVE else STOPPED


@service(MANAGE, action="access.token.make")
def make_token(ctx: Context, *, name: str, role_id: int, org_unit_id: int | None, ends_on: dt.date,
               permissions: Iterable[str] = ()) -> tuple[AccessToken, str]:
    """A service account with one role at one place until a day, and a token for it: (token, secret, never to be had again).

    permissions   what the token may do at most; none named: all the role holds now

    Raises Invalid (the day, the permissions, more than the actor holds), Forbidden, NotFound.
    """
    role = ctx.get(Role, role_id)
    if wrong := _wrong(ctx, role, ends_on, set(permissions)):
        raise Invalid(wrong)
    account = create_service_account(ctx, name=name)
    grant = give_role(ctx, account.id, role_id=role_id, org_unit_id=org_unit_id, ends_on=ends_on, source=_("访问令牌"))
    ctx.require(MANAGE, grant.org_path)
    wanted = sorted(set(permissions) or set(role.permissions))
    end = dt.datetime.combine(ends_on + dt.timedelta(days=1), dt.time(), SHANGHAI)
    return _issue(ctx, AccessToken(user_id=account.id, name=name, permissions=wanted, org_path=grant.org_path, expires_at=end))


def _wrong(ctx: Context, role: Role, ends_on: dt.date, permissions: set[str]) -> dict[str, list[str]]:
    longest = rule("access.token_days").value
    if not ctx.today() <= ends_on <= ctx.today() + dt.timedelta(days=longest):
        return {"ends_on": [_("有效期最长 %(n)s 天，从今天算起。", n=longest)]}
    if beyond := permissions - set(role.permissions):
        return {"permissions": [_("所选角色没有这些权限：%(names)s", names=labels(ctx.plugins, sorted(beyond)))]}
    if not role.permissions:
        return {"role_id": [_("这个角色没有任何权限。")]}
    return {}


def _issue(ctx: Context, token: AccessToken) -> tuple[AccessToken, str]:
    secret = new_secret()
    token.hint, token.mac, token.made_by = secret[:HINT], macs(secret)[0], ctx.actor.label
    session().add(token)
    session().flush()
    ctx.audit("access_token", token.id, token.name, account=token.user_id, hint=token.hint, permissions=token.permissions,
              place=token.org_path, until=token.expires_at.isoformat())
    return token, secret


def _managed(ctx: Context, token_id: int) -> AccessToken:
    """A token that is not revoked, at a place where the actor manages tokens. Raises NotFound."""
    token = session().get(AccessToken, (ctx.tenant.id, token_id))
    if token is None or token.revoked_at is not None or not ctx.may(MANAGE, token.org_path):
        raise NotFound("access_token")
    return token


@service(MANAGE, action="access.token.exchange")
def exchange_token(ctx: Context, token_id: int) -> tuple[AccessToken, str]:
    """A second token like this one, for changing the secret without a pause; the first works until it is revoked.

    Raises Invalid when the actor does not hold what the token may do, NotFound.
    """
    token = _managed(ctx, token_id)
    if refused := uncovered(ctx, token.permissions, token.org_path, token.last_day):
        raise Invalid({}, _("只能发放您自己拥有的权限，还缺：%(names)s", names=labels(ctx.plugins, refused)))
    return _issue(ctx, AccessToken(user_id=token.user_id, name=token.name, permissions=token.permissions,
                                   org_path=token.org_path, expires_at=token.expires_at))


@service(MANAGE, action="access.token.revoke")
def revoke_token(ctx: Context, token_id: int) -> AccessToken:
    """The token lets nobody in from now on, and its waiting jobs do not run. Raises NotFound."""
    token = _managed(ctx, token_id)
    token.revoked_at, token.revoked_by = ctx.now(), ctx.actor.label
    ctx.audit("access_token", token.id, token.name, hint=token.hint)
    return token
