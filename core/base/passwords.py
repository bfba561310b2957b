"""Passwords: Argon2id hashes and password policies.

OWASP's minimum for Argon2id (19 MiB, 2 passes, 1 lane) costs about 34 ms; at most two hashes run at once, so a
flood of logins can take neither all processors nor the memory. An unknown user costs the same time as a known one.
"""
from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from core.base.guessing import guess_bits
from core.base.i18n import _
from core.contracts.errors import TooMany

MAX_LENGTH = 128
AT_ONCE = 2
WAIT_SECONDS = 5.0
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_slots = BoundedSemaphore(AT_ONCE)


@dataclass(frozen=True)
class Policy:
    """What a tenant asks of passwords. The numbers are rules (`accounts.password_*`), see core/accounts."""

    min_length: int = 10
    min_classes: int = 1            # of lower case, upper case, digits, others
    min_guess_bits: int = 30        # the banned list, see core.base.guessing
    max_age_days: int = 0           # 0: never expires
    remembered: int = 0             # how many former passwords may not come again
    change_at_first_login: bool = False


def hash_password(password: str) -> str:
    """The stored form. Raises ValueError beyond MAX_LENGTH, TooMany when the machine is flooded."""
    if len(password) > MAX_LENGTH:
        raise ValueError("password too long")
    with _Slot():
        return _hasher.hash(_normal(password))


def verify_password(stored: str | None, password: str) -> bool:
    """Whether the password fits. For an unknown user pass None: it takes as long and answers False."""
    known = stored or _nobody()
    with _Slot():
        try:
            fits = _hasher.verify(known, _normal(password[:MAX_LENGTH]))
        except (VerificationError, InvalidHashError):
            return False
    return fits and bool(stored) and len(password) <= MAX_LENGTH


def needs_rehash(stored: str) -> bool:
    """Whether the parameters changed since the hash was made; hash again at the next successful login."""
    return _hasher.check_needs_rehash(stored)


def problems(password: str, policy: Policy, own_words: Iterable[str] = (), former: Sequence[str] = ()) -> list[str]:
    """What is wrong with a new password, in sentences; empty when it is accepted.

    `own_words`: login name, person, unit and tenant names (also in pinyin). `former`: earlier hashes, newest first.
    """
    if len(password) > MAX_LENGTH:
        return [_("密码最长 %(n)s 个字符。", n=MAX_LENGTH)]
    said = []
    if len(password) < policy.min_length:
        said.append(_("密码至少 %(n)s 个字符，现在只有 %(m)s 个。", n=policy.min_length, m=len(password)))
    if _classes(password) < policy.min_classes:
        said.append(_("密码要包含小写字母、大写字母、数字、其他符号中的至少 %(n)s 类。", n=policy.min_classes))
    if not said and guess_bits(password, own_words) < policy.min_guess_bits:
        said.append(_("这个密码太常见，容易被猜中：不要用常用词、姓名、单位名、日期、电话或连续的按键。"))
    if not said and any(verify_password(old, password) for old in former[:policy.remembered]):
        said.append(_("不能与最近 %(n)s 次用过的密码相同。", n=policy.remembered))
    return said


def strength(password: str, own_words: Iterable[str] = ()) -> str:
    """One sentence for the person who is choosing a password."""
    bits = guess_bits(password, own_words)
    if bits < 30:
        return _("很弱：一猜就中。")
    if bits < 45:
        return _("一般：再加一两个不相干的词会更好。")
    return _("较强。")


def expired(changed_at: datetime, policy: Policy, now: datetime) -> bool:
    """Whether a password of that age must be changed before work goes on."""
    return bool(policy.max_age_days) and now - changed_at > timedelta(days=policy.max_age_days)


def _classes(password: str) -> int:
    kinds = {
        "a" if char.islower() else "A" if char.isupper() else "0" if char.isdigit() else "#" for char in password
    }
    return len(kinds)


def _normal(password: str) -> bytes:
    """The same password from every keyboard: full-width letters typed with an input method count as plain."""
    return unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")


@cache
def _nobody() -> str:
    return _hasher.hash(b"nobody has this password")


class _Slot:
    """One of the places in which a hash may be computed."""

    def __enter__(self) -> None:
        if not _slots.acquire(timeout=WAIT_SECONDS):
            raise TooMany(retry_after=int(WAIT_SECONDS))

    def __exit__(self, *_exc: object) -> None:
        _slots.release()


_nobody()                                           # at start, so that the first unknown user takes no longer
