"""What happens to hours when the registry of people changes."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select, update

from core.base.db import session
from core.base.scope import beyond_subtree
from core.people.models import Person
from core.service import Context, service

from ..balances import concerned, mend_tallies, settle
from ..book import Credit, capped, credit
from ..duty import CHUNK
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
    """Everybody's balance after posts, places and rules may have changed; returns how many did. A chunk per transaction, so
    that nobody waits long for the others' sums."""
    ids = _concerned(ctx, year)
    return sum(_settle_some(ctx, year, ids[start:start + CHUNK]) for start in range(0, max(len(ids), 1), CHUNK))


@service(None, writes=False)
def _concerned(ctx: Context, year: int) -> list[int]:
    return concerned(year)


@service(None, action="training.hours.settle")
def _settle_some(ctx: Context, year: int, ids: list[int]) -> int:
    changed = settle(year, ids)
    mend_tallies(year)
    ctx.audit("training.hours", None, str(year), changed=changed)
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
