"""Who is behind a session's token, with rights: remembered by this process or in Redis when known under today's revision,
else read.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

from core.accounts.sessions import SignedIn, resolve
from core.base import cache, clock
from core.base.crypto import token_hash
from core.base.memo import keep, recall
from core.service import Grant

from .grants import grants_of, one_set

KIND = "session"
LONGEST = dt.timedelta(minutes=2)


def known(token: str | None, revision: int) -> tuple[SignedIn, tuple[Grant, ...]] | None:
    """The account signed in with this token in the tenant in scope, and its grants; None for no session.

    `revision` must have been read before (core.tenancy.lookup.by_address): what changes later than that is seen by the
    next request.
    """
    if not token:
        return None
    hashed = token_hash(token)
    found = recall("access", (KIND, hashed))
    if found is not None and found[0] == clock.today() and found[1] > clock.now():
        return found[2], found[3]
    kept = cache.get(KIND, hashed)
    if kept is not None and _holds(kept, revision):
        return _unpacked(kept)
    signed_in = resolve(token)
    if signed_in is None:
        return None
    grants = () if signed_in.next_step else grants_of(signed_in.user_id)  # no rights before the step is done
    keep("access", (KIND, hashed), (clock.today(), _until(signed_in), signed_in, grants))
    cache.put(_packed(signed_in, grants, revision), int(LONGEST.total_seconds()), KIND, hashed)
    return signed_in, grants


def _holds(kept: dict[str, Any], revision: int) -> bool:
    """Nothing changed, the session lasts, and it is the same day (grants begin and end by the day)."""
    return (kept["revision"] == revision and kept["day"] == clock.today().isoformat()
            and kept["until"] > clock.now().timestamp())


def _until(signed_in: SignedIn) -> dt.datetime:
    return min(signed_in.fresh_until or clock.now(), clock.now() + LONGEST)


def _packed(signed_in: SignedIn, grants: tuple[Grant, ...], revision: int) -> dict[str, Any]:
    until = _until(signed_in)
    account = dataclasses.asdict(signed_in) | {"fresh_until": None}
    rights = [dataclasses.asdict(grant) | {"permissions": sorted(grant.permissions)} for grant in grants]
    return {"revision": revision, "day": clock.today().isoformat(), "until": until.timestamp(), "account": account,
            "grants": rights}


def _unpacked(kept: dict[str, Any]) -> tuple[SignedIn, tuple[Grant, ...]]:
    grants = tuple(Grant(**grant | {"permissions": one_set(frozenset(grant["permissions"]))}) for grant in kept["grants"])
    return SignedIn(**kept["account"]), grants
