"""Access tokens: opaque secrets by which programs are let in as service accounts.

`jhl_` and 256 random bits; only a keyed hash is stored, with a key of the tenant, so a token of one tenant is nothing in
another, and a copy of the table opens nothing. What a token may do is what its account's grants say today, cut to the
permissions and the subtree it was made for: neither a role that gains permissions nor a further grant widens it.
"""

from __future__ import annotations

import datetime as dt
import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select, update

from core.accounts.models import ACTIVE, User
from core.base import clock
from core.base.keyring import keyring
from core.base.memo import keep, recall
from core.base.scope import current_scope
from core.base.session import begin_write, session
from core.service import Grant

from .grants import grants_of, one_set
from .models import AccessToken

PREFIX = "jhl_"
PATTERN = r"jhl_[A-Za-z0-9_-]{43}"  # for scanners that look for secrets in other people's repositories
HINT = 9                            # characters kept for people: the prefix and thirty bits of 256
KIND = "token"
TOUCH = dt.timedelta(minutes=5)     # how often the last use is written
LONGEST_SEEN = dt.timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Bearer:
    """The token behind a request: whose it is, and until when this need not be looked up again."""

    token_id: int
    user_id: int
    name: str
    expires_at: dt.datetime
    fresh_until: dt.datetime


def new_secret() -> str:
    return PREFIX + secrets.token_urlsafe(32)


def macs(secret: str) -> list[str]:
    """The keyed hashes a secret may be stored under, that of the tenant's newest key first."""
    ring = keyring().of(current_scope().tenant_id or 0)
    return [f"{key_id}.{hmac.digest(ring.derive('access token', key_id=key_id), secret.encode(), 'sha256').hex()}"
            for key_id in reversed(ring.masters)]


def resolve(secret: str, address: str = "") -> tuple[Bearer, tuple[Grant, ...]] | None:
    """The live token with this secret in the tenant in scope, and what it may do; None for anything else.

    One statement when known under today's stamps, else two; the last use is written every five minutes at most.
    """
    hashed = macs(secret)
    found = recall("access", (KIND, hashed[0]))
    if found is not None and found[0] == clock.today() and found[1].fresh_until > clock.now():
        return found[1], found[2]
    row = session().execute(
        select(AccessToken.id, AccessToken.user_id, AccessToken.expires_at, AccessToken.last_used_at, AccessToken.permissions,
               AccessToken.org_path, User.name)
        .join(User, (User.tenant_id == AccessToken.tenant_id) & (User.id == AccessToken.user_id))
        .where(AccessToken.mac.in_(hashed), *_alive(clock.now()))).one_or_none()
    if row is None:
        return None
    used = _touched(row.id, row.last_used_at, address)
    fresh_until = min(used + TOUCH, row.expires_at, clock.now() + LONGEST_SEEN)
    bearer = Bearer(row.id, row.user_id, row.name, row.expires_at, fresh_until)
    grants = cut(grants_of(row.user_id), row.permissions, row.org_path)
    keep("access", (KIND, hashed[0]), (clock.today(), bearer, grants))
    return bearer, grants


def _alive(now: dt.datetime) -> tuple[object, ...]:
    return AccessToken.revoked_at.is_(None), AccessToken.expires_at > now, User.state == ACTIVE


def _touched(token_id: int, last: dt.datetime | None, address: str) -> dt.datetime:
    now = clock.now()
    if last is not None and now - last <= TOUCH:
        return last
    begin_write()
    session().execute(
        update(AccessToken).where(AccessToken.tenant_id == current_scope().tenant_id, AccessToken.id == token_id)
        .values(last_used_at=now, last_used_from=address[:64])
        .execution_options(synchronize_session=False, access_unchanged=True))
    session().commit()
    return now


def cut(grants: Iterable[Grant], permissions: Iterable[str], path: str) -> tuple[Grant, ...]:
    """Grants narrowed to some permissions and one subtree; those outside it are left out."""
    wanted = frozenset(permissions)
    found = []
    for grant in grants:
        both = grant.permissions & wanted
        inner = grant.path if grant.path.startswith(path) else path if path.startswith(grant.path) else None
        if both and inner is not None:
            found.append(Grant(grant.role_id, grant.role, one_set(both), inner, grant.source))
    return tuple(found)


def cut_of(token_id: int, user_id: int) -> tuple[Grant, ...] | None:
    """What a token may do today, for the jobs it asked for; None once it was revoked or ran out."""
    row = session().execute(
        select(AccessToken.permissions, AccessToken.org_path)
        .join(User, (User.tenant_id == AccessToken.tenant_id) & (User.id == AccessToken.user_id))
        .where(AccessToken.id == token_id, AccessToken.user_id == user_id, *_alive(clock.now()))).one_or_none()
    return cut(grants_of(user_id), row.permissions, row.org_path) if row else None
