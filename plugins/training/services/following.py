"""What happens to hours when the registry of people changes."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select, update

from core.base.db import session
from core.base.scope import beyond_subtree
from core.people.models import Person
from core.service import Context, service

from ..balances import Everybody, everybody, mend_tallies, settle, settle_part
from ..book import Credit, capped, credit
from ..models import Certificate, ClassSession, HourEntry, Seat
from ..tenths import of_minutes
from ..words import AHEAD

OWNED = (HourEntry, Certificate)
REASON = "training: hours follow the person"


@service(None, action="training.hours.credit")
def credit_event(ctx: Context, *, person_id: int, on: dt.date, minutes: int, title: str, source: str, source_id: int) -> int:
    """Credit what another module says somebody attended, once per record and person. Returns the tenths credited."""
    made = credit([capped(Credit(person_id, on, of_minutes(minutes), title, source, source_id))])
    ctx.audit("training.hours", person_id, title, source=source, source_id=source_id, tenths=sum(row.tenths for row in made))
    return sum(row.tenths for row in made)


def settle_year(ctx: Context, year: int) -> int:
    """Everybody's balance after posts, places and rules may have changed; returns how many did. Some organisations per
    transaction, so that nobody waits long for the others' sums, and a round that is cut off leaves the rest to the next."""
    whom = _everybody(ctx, year)
    changed = _settle_apart(ctx, whom) if whom.apart else 0
    return changed + sum(_settle_part(ctx, whom, part) for part in whom.parts)


@service(None, writes=False)
def _everybody(ctx: Context, year: int) -> Everybody:
    return everybody(year)


@service(None, action="training.hours.settle")
def _settle_apart(ctx: Context, whom: Everybody) -> int:
    changed = settle(whom.year, whom.apart)
    ctx.audit("training.hours", None, str(whom.year), changed=changed)
    return changed


@service(None, action="training.hours.settle")
def _settle_part(ctx: Context, whom: Everybody, part: list[int]) -> int:
    changed = settle_part(whom, part)
    if part is whom.parts[-1]:
        mend_tallies(whom.year)
    ctx.audit("training.hours", None, str(whom.year), changed=changed)
    return changed


@service(None, action="training.hours.follow")
def follow_move(ctx: Context, person_id: int) -> None:
    """After a transfer the person's hours and the seats in classes ahead are read where the person now is."""
    with beyond_subtree(REASON):
        person = session().scalars(select(Person).where(Person.id == person_id)).one_or_none()
        if person is None:
            return
        for model in OWNED:
            session().execute(update(model).where(model.tenant_id == ctx.tenant.id, model.person_id == person_id).values(
                org_path=person.org_path, version=model.version + 1).execution_options(synchronize_session=False))
        for seat in session().scalars(select(Seat).join(Seat.session).where(
                Seat.person_id == person_id, ClassSession.state.in_(AHEAD))):
            seat.org_id, seat.org_path = person.org_id, person.org_path
        session().flush()
    settle(ctx.today().year, [person_id])
    ctx.audit("training.hours", person_id, person.name, moved=True)
