"""Certificates: taking one back, and the public question whether one is valid."""

from __future__ import annotations

from sqlalchemy import select

from core.base.db import session
from core.base.i18n import _
from core.base.leaks import leaks
from core.contracts.errors import Conflict, Invalid
from core.service import PUBLIC, Context, service

from ..certifying import take_away
from ..models import Certificate

VALID, REVOKED, UNKNOWN = "valid", "revoked", "unknown"
LENGTH = 24


@service("training.certificate.revoke")
def revoke(ctx: Context, certificate_id: int, *, reason: str, version: int | None = None) -> Certificate:
    """Take a certificate back; the number is never used again. Raises Conflict when it was taken back already."""
    found = ctx.get(Certificate, certificate_id)
    ctx.check_version(found, version)
    if found.revoked_on:
        raise Conflict(_("这份证书已经撤销。"))
    if leaks(reason):
        raise Invalid({"reason": [_("文字里有证件号码、手机号或银行卡号，请删去后再保存。")]})
    take_away(ctx, found, reason.strip())
    return found


@service(PUBLIC, writes=False)
def verify(ctx: Context, token: str) -> str:
    """Whether the certificate with this token is valid, revoked or unknown: all that anybody is told."""
    if len(token) != LENGTH or not token.isascii():
        return UNKNOWN
    found = session().scalars(select(Certificate.revoked_on).where(Certificate.token == token)).all()
    return UNKNOWN if not found else REVOKED if found[0] else VALID
