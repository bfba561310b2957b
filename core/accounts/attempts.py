"""Counting failed sign-ins: growing delays, locks, and no help for whoever wants to know which accounts exist.

Three counters guard one sign-in: the account from this source (limit: rule `accounts.lockout_after`), the account from
everywhere (four times that, against guessing from many addresses) and the address (twenty times, against one password
tried on many accounts). A browser that signed in to the account before is its own source and passes the two wider
counters: an attacker cannot lock the owner out. An attempt is counted before it is judged and taken back when it was
right, so that parallel attempts cannot pass the limit.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
from dataclasses import dataclass

from sqlalchemy import delete, or_, select, update
from sqlalchemy.exc import IntegrityError

from core.base import clock
from core.base.crypto import blind_index
from core.base.scope import current_scope
from core.base.session import session
from core.rules import rule

from .models import Attempt

PAIR, ACCOUNT, ADDRESS = "pair", "account", "address"
WIDER = {PAIR: 1, ACCOUNT: 4, ADDRESS: 20}
FORGET = dt.timedelta(hours=24)
LONGEST = dt.timedelta(hours=24)
FREE = 3                                    # wrong attempts of a pair before the first short pause


@dataclass(frozen=True, slots=True)
class Source:
    """Where a sign-in comes from: the account's name as typed, the address, and the known browser ("" = unknown)."""

    login: str
    address: str
    device: str = ""
    user_id: int | None = None

    def keys(self) -> dict[str, str]:
        """kind -> key of the counters this attempt stands under."""
        tenant_id = current_scope().tenant_id or 0
        where = self.device or network(self.address)
        found = {PAIR: f"{self.login}|{where}"}
        if not self.device:
            found |= {ACCOUNT: self.login, ADDRESS: network(self.address)}
        return {kind: blind_index(tenant_id, f"attempt {kind}", text) for kind, text in found.items()}


def network(address: str) -> str:
    """The address, or for IPv6 its /64: one household has billions of addresses."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address[:64]
    return str(ipaddress.ip_network((parsed, 64), strict=False)) if parsed.version == 6 else str(parsed)


def charge(source: Source) -> int:
    """Count one attempt in the running transaction. Seconds to wait when it must not be judged, else 0.

    The counters stay locked until the commit: whoever asks at the same moment sees this attempt counted.
    """
    now, keys = clock.now(), source.keys()
    _begin_missing(keys, source.user_id, now)
    rows = _rows(keys)
    waits = [row.locked_until for row in rows if row.locked_until and row.locked_until > now]
    if waits:
        return max(1, int((max(waits) - now).total_seconds()) + 1)
    for row in rows:
        row.failed_count = (0 if row.last_failed_at < now - FORGET else row.failed_count) + 1
        row.last_failed_at, row.user_id = now, _owner(row.kind, source.user_id)
        pause = delay(row.kind, row.failed_count)
        row.locked_until = now + pause if pause else None
    session().flush()
    return 0


def forgive(source: Source) -> None:
    """The attempt was right: the account's counters start again; the address gets its one back."""
    keys = source.keys()
    session().execute(delete(Attempt).where(
        Attempt.tenant_id == current_scope().tenant_id, or_(*_match({k: v for k, v in keys.items() if k != ADDRESS})))
        .execution_options(synchronize_session=False))
    give_back(source)


def give_back(source: Source) -> None:
    """The address gets its one back; the account's counters stay, for the code is still to come."""
    if key := source.keys().get(ADDRESS):
        session().execute(update(Attempt).where(Attempt.kind == ADDRESS, Attempt.key == key, Attempt.failed_count > 0)
                          .values(failed_count=Attempt.failed_count - 1, locked_until=None)
                          .execution_options(synchronize_session=False))


def unlock(user_id: int, login: str) -> None:
    """Forget the attempts on an account, whatever they came from."""
    key = Source(login, "").keys()[ACCOUNT]
    session().execute(delete(Attempt).where(
        Attempt.tenant_id == current_scope().tenant_id,
        or_(Attempt.user_id == user_id, (Attempt.kind == ACCOUNT) & (Attempt.key == key)))
        .execution_options(synchronize_session=False))


def _match(keys: dict[str, str]) -> list[object]:
    return [(Attempt.kind == kind) & (Attempt.key == key) for kind, key in keys.items()]


def _begin_missing(keys: dict[str, str], user_id: int | None, now: dt.datetime) -> None:
    """A row for every key, so that there is something to lock."""
    have = set(session().scalars(select(Attempt.kind).where(or_(*_match(keys)))))  # type: ignore[arg-type]
    for kind in sorted(keys.keys() - have):
        try:
            with session().begin_nested():
                session().add(Attempt(kind=kind, key=keys[kind], user_id=_owner(kind, user_id), last_failed_at=now))
        except IntegrityError:
            continue                        # PostgreSQL: somebody else's first attempt was faster


def _rows(keys: dict[str, str]) -> list[Attempt]:
    """The counters as they stand now, locked in one order (PostgreSQL; SQLite has one writer anyway)."""
    wanted = select(Attempt).where(or_(*_match(keys))).order_by(Attempt.kind).with_for_update()  # type: ignore[arg-type]
    return list(session().scalars(wanted.execution_options(populate_existing=True)))


def _owner(kind: str, user_id: int | None) -> int | None:
    return None if kind == ADDRESS else user_id


def delay(kind: str, count: int) -> dt.timedelta:
    """How long the next attempt must wait after `count` wrong ones in a row: seconds first, then a lock that doubles."""
    limit = rule("accounts.lockout_after").value * WIDER[kind]
    if count >= limit:
        lock = dt.timedelta(minutes=rule("accounts.lockout_minutes").value)
        return min(lock * 2 ** min(count - limit, 20), LONGEST)
    if kind == PAIR and count > FREE:
        return dt.timedelta(seconds=2 ** (count - FREE))
    return dt.timedelta()


def locked_until(user_id: int, login: str) -> dt.datetime | None:
    """Until when some attempt on the account must wait; None when it need not."""
    key = Source(login, "").keys()[ACCOUNT]
    ends = session().scalars(select(Attempt.locked_until).where(
        Attempt.locked_until > clock.now(),
        or_(Attempt.user_id == user_id, (Attempt.kind == ACCOUNT) & (Attempt.key == key)))).all()
    return max((end for end in ends if end), default=None)


def forget_old() -> int:
    """Drop counters nobody added to for a while, in the running transaction; returns how many."""
    done = session().execute(delete(Attempt).where(
        Attempt.tenant_id == current_scope().tenant_id, Attempt.last_failed_at < clock.now() - 2 * FORGET)
        .execution_options(synchronize_session=False))
    return int(done.rowcount)  # type: ignore[attr-defined]
