"""The book of hours: crediting once, taking back, and what stands in the way. Callers have authorised."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, select

from core.base.db import new_ids, session
from core.base.i18n import _
from core.base.scope import beyond_subtree
from core.people.models import Person

from .balances import settle
from .clashes import per_day
from .duty import as_of, duties
from .models import HourEntry
from .tenths import of_rule, shown


@dataclass(frozen=True, slots=True)
class Credit:
    """Hours one person earned from one source."""

    person_id: int
    on: dt.date
    tenths: int
    title: str
    source: str
    source_id: int
    central: bool = False
    note: str = ""


def credit(credits: Iterable[Credit]) -> list[HourEntry]:
    """Write what is not in the book yet (source, record and person decide) and keep the sums. Returns the new entries."""
    listed = [one for one in credits if one.tenths > 0]
    if not listed:
        return []
    with beyond_subtree("training: hours are credited wherever the person belongs"):
        known = _known(listed)
        fresh = [one for one in listed if (one.source, one.source_id, one.person_id) not in known]
        made = _entries(fresh) if fresh else []
        session().add_all(made)
        session().flush()
    _keep_sums(made)
    return made


def take_back(source: str, source_id: int) -> int:
    """Take the hours of one record out of the book; returns how many entries went."""
    with beyond_subtree("training: hours are taken back wherever the person belongs"):
        rows = list(session().scalars(select(HourEntry).where(HourEntry.source == source, HourEntry.source_id == source_id)))
        session().execute(delete(HourEntry).where(HourEntry.source == source, HourEntry.source_id == source_id)
                          .execution_options(synchronize_session="fetch"))
    _keep_sums(rows)
    return len(rows)


def capped(one: Credit) -> Credit:
    """A credit that nobody can be asked about (an event), cut to what the day still allows, with a note saying so."""
    most = of_rule("training.most_per_day")
    already = per_day([one.person_id], one.on, one.on).get(one.person_id, {}).get(one.on, 0)
    left = max(0, most - already)
    if one.tenths <= left:
        return one
    note = _("当天合计超过 %(most)s 学时，按上限计", most=shown(most))
    return Credit(one.person_id, one.on, left, one.title, one.source, one.source_id, one.central, note)


def _known(listed: list[Credit]) -> set[tuple[str, int, int]]:
    found: set[tuple[str, int, int]] = set()
    for source, source_id in {(one.source, one.source_id) for one in listed}:
        mine = session().scalars(select(HourEntry.person_id).where(HourEntry.source == source, HourEntry.source_id == source_id))
        found |= {(source, source_id, person_id) for person_id in mine}
    return found


def _entries(fresh: list[Credit]) -> list[HourEntry]:
    ids = [one.person_id for one in fresh]
    roles = {duty.person_id: duty.role for duty in duties(ids, day=as_of(max(one.on.year for one in fresh)))}
    people = {row.id: row for row in session().execute(
        select(Person.id, Person.name, Person.org_path).where(Person.id.in_(ids)))}
    made = []
    for number, one in zip(new_ids(len(fresh)), fresh, strict=True):
        person: Any = people.get(one.person_id)
        if person is not None:
            made.append(HourEntry(
                id=number, person_id=one.person_id, person_name=person.name, org_path=person.org_path, year=one.on.year,
                on=one.on, tenths=one.tenths, title=one.title[:120], source=one.source, source_id=one.source_id,
                central=one.central, role=roles.get(one.person_id, ""), note=one.note))
    return made


def _keep_sums(rows: Iterable[HourEntry]) -> None:
    by_year: dict[int, set[int]] = defaultdict(set)
    for row in rows:
        by_year[row.year].add(row.person_id)
    for year, ids in by_year.items():
        settle(year, ids)
