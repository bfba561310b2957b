"""Keeping the sums: after every change of the book the balances of the persons and the tallies of their organisations
are written anew, in the same transaction. Callers have authorised; people may lie anywhere in the tenant.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from sqlalchemy import case, delete, func, insert, select

from core.base import clock
from core.base.db import new_ids, now, session
from core.base.scope import beyond_subtree, current_scope
from core.people.models import OrgUnit

from .duty import CHUNK, as_of, duties
from .models import Balance, HourEntry, Tally

OWED = ("person_id", "name_full", "org_id", "org_path", "role", "worker", "due")
SUMS = (*OWED, "got", "missing", "classes")
ORG = OWED.index("org_id")
Facts = tuple[Any, ...]                 # one balance: the values of SUMS, or of OWED


def settle(year: int, ids: Iterable[int]) -> int:
    """Write the balances of these persons for a year anew; returns how many changed. Tallies follow.

    Duties follow posts, places and rules till the year is over; what somebody owed then is not changed any more.
    """
    listed = sorted(set(ids))
    with beyond_subtree("training: sums are kept for everybody, whoever changed the book"):
        chunks = [listed[start:start + CHUNK] for start in range(0, len(listed), CHUNK)]
        before = {row[0]: tuple(row) for some in chunks for row in session().execute(
            select(*(getattr(Balance, name) for name in SUMS)).where(Balance.year == year, Balance.person_id.in_(some)))}
        owing = _owing(year, chunks, before)
        _lock({row[ORG] for row in (*before.values(), *owing.values())})
        orgs: set[int] = set()
        changed = sum(_settle(year, some, owing, orgs) for some in chunks)
        tally(year, orgs)                      # once: the persons of a chunk may lie in every organisation there is
        return changed


def _owing(year: int, chunks: list[list[int]], before: dict[int, Facts]) -> dict[int, Facts]:
    """person -> the values of OWED."""
    found = {one.person_id: tuple(getattr(one, name) for name in OWED)
             for some in chunks for one in duties(some, day=as_of(year))}
    if year < clock.today().year:
        found |= {one: row[:len(OWED)] for one, row in before.items()}
    return found


def concerned(year: int) -> list[int]:
    """Everybody who owes hours or has a balance in the year."""
    with beyond_subtree("training: sums are kept for everybody"):
        known = set(session().scalars(select(Balance.person_id).where(Balance.year == year)))
        return sorted(known | {duty.person_id for duty in duties(day=as_of(year))})


def mend_tallies(year: int) -> None:
    """Add up again where a tally counts people who are no longer there."""
    with beyond_subtree("training: sums are kept for everybody"):
        tally(year, _out_of_step(year))


def settle_all(year: int) -> int:
    """Everybody's balance inside the running transaction; returns how many changed."""
    changed = settle(year, concerned(year))
    mend_tallies(year)
    return changed


def drop(year: int, person_id: int) -> None:
    """Take one person's balance out: the record of the person goes."""
    with beyond_subtree("training: sums are kept for everybody, whoever changed the book"):
        mine = (Balance.year == year, Balance.person_id == person_id)
        orgs = list(session().scalars(select(Balance.org_id).where(*mine)))
        session().execute(delete(Balance).where(*mine).execution_options(synchronize_session=False))
        tally(year, orgs)


def _out_of_step(year: int) -> set[int]:
    """Organisations whose tally counts other people than there are: somebody left the registry."""
    there = dict(session().execute(select(Balance.org_id, func.count(Balance.id)).where(Balance.year == year)
                                   .group_by(Balance.org_id)).all())
    told = dict(session().execute(select(Tally.org_id, func.sum(Tally.people)).where(Tally.year == year)
                                  .group_by(Tally.org_id)).all())
    return {org for org in there.keys() | told.keys() if there.get(org, 0) != int(told.get(org, 0))}


def _settle(year: int, ids: list[int], owing: dict[int, Facts], orgs: set[int]) -> int:
    """Write what differs; `orgs` gains the organisations whose sums changed."""
    before = {row.person_id: tuple(row) for row in session().execute(
        select(*(getattr(Balance, name) for name in SUMS)).where(Balance.year == year, Balance.person_id.in_(ids)))}
    got = _got(year, ids)
    after = {one: _row(owing[one], *got.get(one, (0, 0))) for one in ids if one in owing}
    differing = [one for one in ids if before.get(one) != after.get(one)]
    if not differing:
        return 0
    session().execute(delete(Balance).where(Balance.year == year, Balance.person_id.in_(differing))
                      .execution_options(synchronize_session=False))
    _write(Balance, [{"year": year, **dict(zip(SUMS, after[one], strict=True))} for one in differing if one in after])
    orgs |= {row[ORG] for one in differing for row in (before.get(one), after.get(one)) if row}
    return len(differing)


def _row(owed: Facts, got: int, classes: int) -> Facts:
    return (*owed, got, max(0, owed[-1] - got), classes)


def _got(year: int, ids: list[int]) -> dict[int, tuple[int, int]]:
    """person -> (tenths, central classes) in the book."""
    rows = session().execute(
        select(HourEntry.person_id, func.sum(HourEntry.tenths), func.sum(case((HourEntry.central, 1), else_=0)))
        .where(HourEntry.year == year, HourEntry.person_id.in_(ids)).group_by(HourEntry.person_id))
    return {row[0]: (int(row[1]), int(row[2])) for row in rows}


def _lock(orgs: set[int]) -> None:
    """One writer at a time per organisation, all in the order of their ids: two confirmations must not add up each other's
    unfinished sums, nor wait for each other."""
    session().execute(select(OrgUnit.id).where(OrgUnit.id.in_(sorted(orgs))).order_by(OrgUnit.id)
                      .with_for_update(key_share=True)).all()


def tally(year: int, org_ids: Iterable[int]) -> None:
    """Add up the balances of these organisations anew."""
    listed = sorted(set(org_ids))
    for start in range(0, len(listed), CHUNK):
        some = listed[start:start + CHUNK]
        sums: dict[tuple[int, str], list[int]] = defaultdict(lambda: [0] * 6)
        paths: dict[int, str] = {}
        rows = session().execute(select(
            Balance.org_id, Balance.org_path, Balance.role, Balance.due, Balance.got, Balance.missing, Balance.classes)
            .where(Balance.year == year, Balance.org_id.in_(some)))
        for row in rows:
            one, paths[row.org_id] = sums[row.org_id, row.role], row.org_path
            for place, more in enumerate((1, row.missing == 0, row.got > 0, row.due, row.got, row.missing)):
                one[place] += int(more)
        session().execute(delete(Tally).where(Tally.year == year, Tally.org_id.in_(some))
                          .execution_options(synchronize_session=False))
        names = ("people", "met", "covered", "due", "got", "missing")
        _write(Tally, [{"year": year, "org_id": org, "org_path": paths[org], "role": role, **dict(zip(names, one, strict=True))}
                       for (org, role), one in sums.items()])


def _write(model: Any, rows: list[dict[str, Any]]) -> None:
    if rows:
        common = {"tenant_id": current_scope().tenant_id, "created_at": now(), "version": 1}
        session().execute(insert(model),
                          [{**common, "id": one, **row} for one, row in zip(new_ids(len(rows)), rows, strict=True)])
