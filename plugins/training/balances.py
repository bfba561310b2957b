"""Keeping the sums: after every change of the book the balances of the persons and the tallies of their organisations
are written anew, in the same transaction. Callers have authorised; people may lie anywhere in the tenant.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from sqlalchemy import ColumnElement, Select, case, delete, func, insert, select
from sqlalchemy.exc import IntegrityError

from core.base import clock
from core.base.db import new_ids, now, session
from core.base.scope import beyond_subtree, current_scope
from core.people.models import OrgUnit, Person

from .duty import CHUNK, Duty, as_of, duties, duties_in
from .models import Balance, HourEntry, Tally

OWED = ("person_id", "name_full", "org_id", "org_path", "role", "worker", "due")
SUMS = (*OWED, "got", "missing", "classes")
ORG = OWED.index("org_id")
ADDED_UP = ("people", "met", "covered", "due", "got", "missing")
REASON = "training: sums are kept for everybody, whoever changed the book"
values_of = attrgetter(*OWED)
Facts = tuple[Any, ...]                 # one balance: the values of SUMS, or of OWED


def settle(year: int, ids: Iterable[int]) -> int:
    """Write the balances of these persons for a year anew; returns how many changed. Tallies follow.

    Duties follow posts, places and rules till the year is over; what somebody owed then is not changed any more.
    """
    listed = sorted(set(ids))
    with beyond_subtree(REASON):
        chunks = [listed[start:start + CHUNK] for start in range(0, len(listed), CHUNK)]
        owing = {one: owed for some in chunks for one, owed in _owing(duties(some, day=as_of(year))).items()}
        before = _balances(year, chunks)
        _lock({row[ORG] for row in (*before.values(), *owing.values())})
        before = _balances(year, chunks)                                # what others wrote meanwhile
        orgs: set[int] = set()
        changed = sum(_settle(year, some, {one: before[one] for one in some if one in before}, owing,
                              _got(year, HourEntry.person_id.in_(some)), orgs) for some in chunks)
        tally(year, orgs)                      # once: the persons of a chunk may lie in every organisation there is
        return changed


@dataclass(frozen=True, slots=True)
class Everybody:
    """Whoever owes hours or has a balance in a year. `apart`: whose balance stands in another organisation than the person;
    `parts`: all others, by organisations whose numbers follow each other, about CHUNK persons each."""

    year: int
    apart: frozenset[int]
    parts: list[list[int]]


def everybody(year: int) -> Everybody:
    """Read where there are persons and balances."""
    with beyond_subtree(REASON):
        apart = session().scalars(select(Balance.person_id).join(Balance.person).where(
            Balance.year == year, Balance.org_id != Person.org_id))
        known = dict(_counted(select(Balance.org_id, func.count()).where(Balance.year == year)))
        people = dict(_counted(select(Person.org_id, func.count())))
        parts: list[list[int]] = [[]]
        room = CHUNK
        for org in sorted(people.keys() | known.keys()):
            if room <= 0:
                parts.append([])
                room = CHUNK
            parts[-1].append(org)
            room -= max(people.get(org, 0), known.get(org, 0))
        return Everybody(year, frozenset(apart), parts)


def _counted(rows: Select[int, int]) -> Iterable[tuple[int, int]]:
    return ((org, count) for org, count in session().execute(rows.group_by(rows.selected_columns[0])))


def settle_part(whom: Everybody, orgs: list[int]) -> int:
    """The same as `settle` for all who belong to one of the parts, but for those apart. Nobody is named one by one, so that it
    costs the same a person however many there are."""
    if not orgs:
        return 0
    with beyond_subtree(REASON):
        _lock(set(orgs))
        people, balances = (model.org_id.between(orgs[0], orgs[-1]) for model in (Person, Balance))
        before = _read(Balance.year == whom.year, balances)
        owing = _owing(duties_in(people, day=as_of(whom.year)))
        ids = sorted((before.keys() | owing.keys()) - whom.apart)
        got = _got(whom.year, HourEntry.person_id.in_(select(Person.id).where(people)))
        touched: set[int] = set()
        try:
            with session().begin_nested():
                changed = _settle(whom.year, ids, before, owing, got, touched)
        except IntegrityError:                 # somebody moved since: the balance stands elsewhere
            return settle(whom.year, ids)
        tally(whom.year, touched)
        return changed


def _owing(found: Iterable[Duty]) -> dict[int, Facts]:
    """person -> the values of OWED."""
    return {one.person_id: values_of(one) for one in found}


def _is_over(year: int) -> bool:
    return year < clock.today().year


def mend_tallies(year: int) -> None:
    """Add up again where a tally counts people who are no longer there."""
    with beyond_subtree(REASON):
        tally(year, _out_of_step(year))


def settle_all(year: int) -> int:
    """Everybody's balance inside the running transaction; returns how many changed."""
    whom = everybody(year)
    changed = settle(year, whom.apart) + sum(settle_part(whom, part) for part in whom.parts)
    mend_tallies(year)
    return changed


def drop(year: int, person_id: int) -> None:
    """Take one person's balance out: the record of the person goes."""
    with beyond_subtree(REASON):
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


def _balances(year: int, chunks: list[list[int]]) -> dict[int, Facts]:
    return {one: row for some in chunks for one, row in _read(Balance.year == year, Balance.person_id.in_(some)).items()}


def _read(*where: ColumnElement[bool]) -> dict[int, Facts]:
    """person -> the values of SUMS."""
    rows = session().execute(select(*(getattr(Balance, name) for name in SUMS)).where(*where).order_by(Balance.org_id))
    return {row[0]: row for row in map(tuple, rows)}


def _settle(year: int, ids: list[int], before: dict[int, Facts], owing: dict[int, Facts], got: dict[int, tuple[int, int]],
            orgs: set[int]) -> int:
    """Write what differs; `orgs` gains the organisations whose sums changed."""
    if _is_over(year):
        owing = {**owing, **{one: row[:len(OWED)] for one, row in before.items()}}
    after = {one: _row(owing[one], *got.get(one, (0, 0))) for one in ids if one in owing}
    differing = [one for one in ids if before.get(one) != after.get(one)]
    gone = [one for one in differing if one in before]
    for start in range(0, len(gone), CHUNK):
        session().execute(delete(Balance).where(Balance.year == year, Balance.person_id.in_(gone[start:start + CHUNK]))
                          .execution_options(synchronize_session=False))
    _write(Balance, [{"year": year, **dict(zip(SUMS, after[one], strict=True))} for one in differing if one in after])
    orgs |= {row[ORG] for one in differing for row in (before.get(one), after.get(one)) if row}
    return len(differing)


def _row(owed: Facts, got: int, classes: int) -> Facts:
    return (*owed, got, max(0, owed[-1] - got), classes)


def _got(year: int, who: ColumnElement[bool]) -> dict[int, tuple[int, int]]:
    """person -> (tenths, central classes) in the book."""
    rows = session().execute(
        select(HourEntry.person_id, func.sum(HourEntry.tenths), func.sum(case((HourEntry.central, 1), else_=0)))
        .where(HourEntry.year == year, who).group_by(HourEntry.person_id))
    return {person: (int(tenths), int(classes)) for person, tenths, classes in rows}


def _lock(orgs: set[int]) -> None:
    """One writer at a time per organisation, all in the order of their ids: two confirmations must not add up each other's
    unfinished sums, nor wait for each other."""
    listed = sorted(orgs)
    for start in range(0, len(listed), CHUNK):
        session().execute(select(OrgUnit.id).where(OrgUnit.id.in_(listed[start:start + CHUNK])).order_by(OrgUnit.id)
                          .with_for_update(key_share=True)).all()


def tally(year: int, org_ids: Iterable[int]) -> None:
    """Add up the balances of these organisations anew."""
    listed = sorted(set(org_ids))
    for start in range(0, len(listed), CHUNK):
        some = listed[start:start + CHUNK]
        rows = session().execute(
            select(Balance.org_id, Balance.role, func.max(Balance.org_path), func.count(), _how_many(Balance.missing == 0),
                   _how_many(Balance.got > 0), func.sum(Balance.due), func.sum(Balance.got), func.sum(Balance.missing))
            .where(Balance.year == year, Balance.org_id.in_(some)).group_by(Balance.org_id, Balance.role)
            .order_by(Balance.org_id)).all()
        session().execute(delete(Tally).where(Tally.year == year, Tally.org_id.in_(some))
                          .execution_options(synchronize_session=False))
        _write(Tally, [{"year": year, "org_id": org, "role": role, "org_path": path,
                        **{name: int(one) for name, one in zip(ADDED_UP, sums, strict=True)}} for org, role, path, *sums in rows])


def _how_many(condition: ColumnElement[bool]) -> Any:
    return func.sum(case((condition, 1), else_=0))


def _write(model: Any, rows: list[dict[str, Any]]) -> None:
    if rows:
        common = {"tenant_id": current_scope().tenant_id, "created_at": now(), "version": 1}
        session().execute(insert(model),
                          [{**common, "id": one, **row} for one, row in zip(new_ids(len(rows)), rows, strict=True)])
