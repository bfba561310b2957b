"""What happens to hours when the registry of people changes."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select, update

from core.base.db import session
from core.base.scope import beyond_subtree, current_scope
from core.people.models import Person
from core.service import Context, service

from ..balances import concerned, drop, mend_tallies, settle
from ..book import Credit, capped, credit
from ..duty import CHUNK
from ..models import Balance, Certificate, ClassSession, HourEntry, Seat
from ..tenths import of_minutes

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
    """After a transfer the person's hours are read where the person now is."""
    with beyond_subtree(REASON):
        person = session().scalars(select(Person).where(Person.id == person_id)).one_or_none()
        if person is None:
            return
        for model in OWNED:
            session().execute(update(model).where(model.tenant_id == ctx.tenant.id, model.person_id == person_id).values(
                org_path=person.org_path, version=model.version + 1).execution_options(synchronize_session=False))
    settle(ctx.today().year, [person_id])
    ctx.audit("training.hours", person_id, person.name, moved=True)


def merge_person(kept_id: int, gone_id: int) -> None:
    """Point everything of `gone` at `kept`, inside the merging transaction; where both have the same thing, one stays."""
    with beyond_subtree(REASON):
        kept = session().scalars(select(Person).where(Person.id == kept_id)).one()
        years = set(session().scalars(select(Balance.year).where(Balance.person_id.in_((kept_id, gone_id)))))
        for model, same in ((HourEntry, ("source", "source_id")), (Seat, ("session_id",)), (Certificate, ("session_id",))):
            had = {tuple(getattr(row, name) for name in same): row
                   for row in session().scalars(select(model).where(model.person_id == kept_id))}
            for row in session().scalars(select(model).where(model.person_id == gone_id)).all():
                twin = had.get(tuple(getattr(row, name) for name in same))
                if twin is None:
                    row.person_id, row.person_name, row.org_path = kept_id, kept.name, kept.org_path
                else:
                    twin.tenths = max(twin.tenths, row.tenths)
                    session().delete(row)
        session().execute(update(ClassSession).where(ClassSession.tenant_id == current_scope().tenant_id,
                                                     ClassSession.trainer_id == gone_id)
                          .values(trainer_id=kept_id,
                                  version=ClassSession.version + 1).execution_options(synchronize_session=False))
        session().flush()
        years |= set(session().scalars(select(HourEntry.year).where(HourEntry.person_id == kept_id)))
    for year in years:
        drop(year, gone_id)
        settle(year, [kept_id])


def split_person(kept_id: int, gone_id: int) -> None:
    """The merge was taken back: rows that are `gone`'s again stand at its place, and both balances are summed anew."""
    with beyond_subtree(REASON):
        gone = session().scalars(select(Person).where(Person.id == gone_id)).one()
        for model in OWNED:
            for row in session().scalars(select(model).where(model.person_id == gone_id)):
                row.person_name, row.org_path = gone.name, gone.org_path
        session().flush()
        years = set(session().scalars(select(HourEntry.year).where(HourEntry.person_id.in_((kept_id, gone_id)))))
        years |= set(session().scalars(select(Balance.year).where(Balance.person_id.in_((kept_id, gone_id)))))
    for year in years:
        settle(year, [kept_id, gone_id])
