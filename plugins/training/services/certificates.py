"""Certificates: taking one back, making one out anew, and the public question whether one is valid."""

from __future__ import annotations

from sqlalchemy import select

from core.base.db import session
from core.base.i18n import _
from core.base.leaks import leaks
from core.base.scope import beyond_subtree
from core.contracts.errors import Conflict, Invalid
from core.people.models import Person
from core.service import PUBLIC, Context, service

from ..certifying import make_out, take_away
from ..models import Certificate, Seat
from ..seating import locked
from ..words import CAME, COUNTED

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


@service("training.certificate.revoke", action="training.certificate.reissue")
def reissue(ctx: Context, certificate_id: int) -> Certificate:
    """Make out a new certificate, with a new number, for one that was taken back; the name is the registry's of today.

    Raises Conflict while the old one or a later one holds, and when the sheet no longer says that the person was there.
    """
    old = ctx.get(Certificate, certificate_id)
    with beyond_subtree("training: what a certificate is for"):
        event = locked(old.session_id)
        mine = (Seat.session_id == event.id, Seat.person_id == old.person_id, Seat.tenths >= event.tenths)
        row = session().scalars(select(Seat).where(*mine, Seat.attendance.in_(CAME))).one_or_none()
        valid = session().scalars(select(Certificate.id).where(
            Certificate.session_id == event.id, Certificate.person_id == old.person_id, Certificate.revoked_on.is_(None))).first()
        if valid:
            raise Conflict(_("这个人在这个班次已有有效的证书。"))
        if row is None or event.state not in COUNTED:
            raise Conflict(_("签到表上没有全程出席的学时，或学时还没有确认，不能核发证书。"))
        row.person_name = session().scalars(select(Person.name).where(Person.id == old.person_id)).one()
        made = make_out(ctx, event, [row])[0]
    ctx.audit("training.certificate", made.id, made.number, instead_of=old.number)
    return made


@service(PUBLIC, writes=False)
def verify(ctx: Context, token: str) -> str:
    """Whether the certificate with this token is valid, revoked or unknown: all that anybody is told."""
    if len(token) != LENGTH or not token.isascii():
        return UNKNOWN
    found = session().scalars(select(Certificate.revoked_on).where(Certificate.token == token)).all()
    return UNKNOWN if not found else REVOKED if found[0] else VALID
