"""The second factor: a secret in the person's telephone, and recovery codes for the day it is lost."""

from __future__ import annotations

import base64
import hmac

from sqlalchemy import update

from core.base import totp
from core.base.crypto import seal, unseal
from core.base.keyring import keyring
from core.base.session import session
from core.service import Context

from .models import User

TABLE, COLUMN = "accounts_user", "totp_secret"


def proposed_secret(ctx: Context) -> str:
    """The secret shown for enrolment: bound to the running session, so that reading the page writes nothing."""
    key = keyring().derive("totp enrolment", ctx.tenant.id)
    digest = hmac.digest(key, f"{ctx.actor.id}|{ctx.actor.session_id}".encode(), "sha256")
    return base64.b32encode(digest[:20]).decode()


def secret_of(user: User) -> str | None:
    if user.totp_secret is None:
        return None
    return unseal(user.totp_secret, tenant_id=user.tenant_id, table=TABLE, row_id=user.id, column=COLUMN)


def enrol(user: User, secret: str, step: int) -> list[str]:
    """Keep the secret; returns the recovery codes, which are shown once."""
    user.totp_secret = seal(secret, tenant_id=user.tenant_id, table=TABLE, row_id=user.id, column=COLUMN)
    user.totp_step = step
    return renew_recovery_codes(user)


def renew_recovery_codes(user: User) -> list[str]:
    codes = totp.new_recovery_codes()
    user.recovery_codes = [totp.recovery_hash(code) for code in codes]
    return codes


def drop(user: User) -> None:
    """Back to the password alone. The last step stays: a code seen before never works again."""
    user.totp_secret, user.recovery_codes = None, []


def accept_code(user: User, code: str, ctx: Context) -> bool:
    """Whether a code from the telephone, or a recovery code, is right; then it is used up, by one atomic UPDATE."""
    secret = secret_of(user)
    if secret is None:
        return False
    step = totp.accepted_step(secret, code[:40], at=ctx.now(), last_step=user.totp_step)
    if step is not None:
        done = session().execute(
            update(User).where(User.id == user.id, User.totp_secret == user.totp_secret, User.totp_step < step)
            .values(totp_step=step).execution_options(synchronize_session=False))
        session().refresh(user)
        return bool(done.rowcount == 1)  # type: ignore[attr-defined]
    return _use_recovery_code(user, code[:40])


def _use_recovery_code(user: User, code: str) -> bool:
    hashed = totp.recovery_hash(code)
    if hashed not in user.recovery_codes:
        return False
    left = [kept for kept in user.recovery_codes if kept != hashed]
    done = session().execute(
        update(User).where(User.id == user.id, User.version == user.version)
        .values(recovery_codes=left, version=User.version + 1).execution_options(synchronize_session=False))
    session().refresh(user)
    return bool(done.rowcount == 1)  # type: ignore[attr-defined]
