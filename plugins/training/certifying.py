"""Making out and taking back certificates of a session. Callers have authorised."""

from __future__ import annotations

import secrets

from sqlalchemy import func, select

from core.base.db import session
from core.base.i18n import _
from core.base.scope import beyond_subtree
from core.service import Context
from core.settings.modules import settings_of

from .facts import one_at_a_time
from .models import Certificate, ClassSession, Seat

TOKEN_BYTES = 18                    # 24 letters: nobody guesses one


def certify(ctx: Context, event: ClassSession, rows: list[Seat]) -> list[Certificate]:
    """One certificate per person who was there the whole time. Run again after a correction: those who no longer were
    lose theirs, the others keep their numbers; what was taken back is made out anew only when somebody says so."""
    with beyond_subtree("training: certificates are made out wherever people belong"):
        known = list(session().scalars(select(Certificate).where(Certificate.session_id == event.id)))
        entitled = {row.person_id: row for row in rows}
        for one in known:
            if one.revoked_on is not None:
                continue
            if one.person_id in entitled:
                one.tenths = entitled[one.person_id].tenths
            else:
                take_away(ctx, one, _("学时更正后不再符合条件"))
        had = {one.person_id for one in known}
        made = make_out(ctx, event, [row for row in rows if row.person_id not in had])
    ctx.audit("training.session", event.id, event.number, certificates=len(made))
    return made


def make_out(ctx: Context, event: ClassSession, rows: list[Seat]) -> list[Certificate]:
    """New certificates for these rows of the sheet, numbered in their order."""
    made = [Certificate(token=secrets.token_urlsafe(TOKEN_BYTES), session_id=event.id, person_id=row.person_id,
                        person_name=row.person_name, org_path=row.org_path, tenths=row.tenths, issued_on=ctx.today(),
                        issued_by=ctx.actor.label[:80]) for row in rows]
    first = f"{prefix(ctx)}{ctx.today().year}"
    for number, one in enumerate(made, _last(first) + 1 if made else 0):
        one.number = f"{first}{number:05d}"
    session().add_all(made)
    session().flush()
    return made


def take_away(ctx: Context, one: Certificate, reason: str) -> None:
    one.revoked_on, one.revoked_by, one.revoke_reason = ctx.today(), ctx.actor.label[:80], reason[:200]
    ctx.audit("training.certificate", one.id, one.number, revoked=True)


def take_all_away(ctx: Context, event: ClassSession, reason: str) -> None:
    """No certificate of this class holds any more."""
    with beyond_subtree("training: certificates are taken back wherever people belong"):
        for one in session().scalars(select(Certificate).where(
                Certificate.session_id == event.id, Certificate.revoked_on.is_(None))).all():
            take_away(ctx, one, reason)
        session().flush()


def prefix(ctx: Context) -> str:
    return str(settings_of(ctx.plugins, "training")["certificate_prefix"] or "")


def _last(first: str) -> int:
    """The last running number that begins so: with the prefix and the year."""
    one_at_a_time()
    digits = func.length(Certificate.number)
    last = session().scalars(select(Certificate.number).where(Certificate.number.startswith(first, autoescape=True))
                             .order_by(digits.desc(), Certificate.number.desc()).limit(1)).first()
    return int(last[len(first):]) if last else 0
