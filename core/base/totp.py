"""One-time codes (RFC 6238) and recovery codes.

`accepted_step` answers with the time step of the code. The caller stores it with one atomic update
(`... SET last_step = :step WHERE last_step < :step`) and refuses when no row changed: a code works once, in
any spelling, even when it arrives twice at the same moment.
"""
from __future__ import annotations

import re
import secrets
from datetime import datetime

import pyotp
import segno
from pyotp.exceptions import OTPVerificationError

from core.base.crypto import token_hash

RECOVERY_CODES = 10
_CODE = re.compile(r"[0-9]{6}")
_ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"        # without the look-alikes I L O 0 1
_GROUPS, _GROUP = 3, 4                               # 31**12: 59 bits, enough to be stored as a plain hash


def new_secret() -> str:
    """160 random bits in base32. Store it sealed (`core.base.crypto.seal`)."""
    return pyotp.random_base32()


def accepted_step(secret: str, code: str, *, at: datetime, last_step: int = 0) -> int | None:
    """The time step of a right code, one step early or late at most; None when wrong or used before.

    Only six ASCII digits count: pyotp alone would take full-width digits as well. Blanks around are ignored.
    """
    code = code.strip(" ")
    if not _CODE.fullmatch(code):
        return None
    try:
        step = pyotp.TOTP(secret).verify_and_get_timecode(code, for_time=at, valid_window=1)
    except OTPVerificationError:
        return None
    return step if step > last_step else None


def provisioning_uri(secret: str, *, account: str, issuer: str) -> str:
    """What the authenticator app reads from the QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=account, issuer_name=issuer)


def qr_svg(text: str) -> str:
    """An inline SVG drawn with attributes only: no style, so that the strict CSP shows it."""
    return str(segno.make(text, error="m", micro=False).svg_inline(scale=4, border=4, light="#fff"))


def new_recovery_codes() -> list[str]:
    """Ten codes like `ABCD-EFGH-JKMN`, to be shown once; store `recovery_hash` of each."""
    def code() -> str:
        return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(_GROUP)) for _ in range(_GROUPS))
    return [code() for _ in range(RECOVERY_CODES)]


def recovery_hash(typed: str) -> str:
    """The stored form of a recovery code; case, blanks and dashes do not matter."""
    return token_hash("recovery:" + re.sub(r"[\s\-]", "", typed).upper())
