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
    lose theirs, the others keep their numbers."""
    with beyond_subtree("training: certificates are made out wherever people belong"):
        known = {one.person_id: one for one in session().scalars(select(Certificate).where(Certificate.session_id == event.id))}
        entitled = {row.person_id for row in rows}
        for person_id, one in known.items():
            if person_id not in entitled and one.revoked_on is None:
                take_away(ctx, one, _("学时更正后不再符合条件"))
        made = [_made_out(ctx, event, row) for row in rows if row.person_id not in known]
        for number, one in enumerate(made, _last(ctx) + 1):
            one.number = f"{prefix(ctx)}{ctx.today().year}{number:05d}"
        session().add_all(made)
        session().flush()
    ctx.audit("training.session", event.id, event.number, certificates=len(made))
    return made


def take_away(ctx: Context, one: Certificate, reason: str) -> None:
    one.revoked_on, one.revoked_by, one.revoke_reason = ctx.today(), ctx.actor.label[:80], reason[:200]
    ctx.audit("training.certificate", one.id, one.number, revoked=True)


def prefix(ctx: Context) -> str:
    return str(settings_of(ctx.plugins, "training")["certificate_prefix"] or "")


def _made_out(ctx: Context, event: ClassSession, row: Seat) -> Certificate:
    return Certificate(token=secrets.token_urlsafe(TOKEN_BYTES), session_id=event.id, person_id=row.person_id,
                       person_name=row.person_name, org_path=row.org_path, tenths=row.tenths, issued_on=ctx.today(),
                       issued_by=ctx.actor.label[:80])


def _last(ctx: Context) -> int:
    """The last running number of the year, under whatever prefix."""
    one_at_a_time()
    first = ctx.today().replace(month=1, day=1)
    highest = session().scalar(select(func.count(Certificate.id)).where(Certificate.issued_on >= first))
    return int(highest or 0)
