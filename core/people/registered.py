"""Who is registered already, as the rows of one chunk of a roster ask: read in two statements, kept true while rows are written.

What the chunk writes is asked of the records themselves, so that a row taken back (its savepoint) is not taken for written.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from sqlalchemy import inspect, select

from core.base.db import is_waiting, session
from core.base.scope import beyond_subtree

from .models import OrgUnit, Person
from .words import LIVING_STATUS

NEEDED = (Person.id, Person.name, Person.org_id, Person.birth_date, Person.phone_index, Person.id_index, Person.is_formal,
          Person.membership_state)
registered: ContextVar[Registered | None] = ContextVar("juheli_people_registered", default=None)


class Registered:
    """Persons by ID number (of the whole tenant) and by name (in the subtrees in force), as rows of NEEDED or Persons.

    `numbered`: names of rows that give a number too. Such a row can only mean somebody whose number is not known, or its bearer:
    where numbers are known, few of the many who share a name are read.
    """

    def __init__(self, names: Iterable[str], numbers: Iterable[str], numbered: Iterable[str] = (), places: Iterable[int] = (),
                 grids: Mapping[int, int] | None = None) -> None:
        self.numbers = frozenset(numbers)
        self.grids = dict(grids or {})      # grid -> its community
        self._places = {unit.id: unit for unit in _units(places)}
        self._rows: dict[int, Any] = {}
        self._written: dict[int, Person] = {}
        self._bearers: dict[str, int] = {}
        self._named: dict[str, dict[int, None]] = {}    # in the order they were met
        with beyond_subtree("people: one ID number, one record"):
            for row in _in_parts(Person.id_index, self.numbers):
                self._rows[row.id] = row
                self._bearers[row.id_index] = row.id
        alone = set(names)
        for row in itertools.chain(_in_parts(Person.name, alone), _in_parts(Person.name, set(numbered) - alone,
                                                                             Person.id_index.is_(None))):
            self._rows[row.id] = row
            self._named.setdefault(row.name, {})[row.id] = None

    @contextmanager
    def asked(self) -> Iterator[None]:
        """Services called inside ask here first whether an ID number is taken."""
        token = registered.set(self)
        try:
            yield
        finally:
            registered.reset(token)

    def wrote(self, person: Person) -> None:
        """A row has created or changed this person; he stays where he was found before, and is asked who he is now."""
        self._written[person.id] = person
        self._named.setdefault(person.name, {})[person.id] = None
        if person.id_index:
            self._bearers[person.id_index] = person.id

    def living(self, org_id: int) -> OrgUnit | None:
        """The unit, if it was read for this chunk and is neither merged nor dissolved."""
        unit = self._places.get(org_id)
        return unit if unit is not None and unit.status in LIVING_STATUS else None

    def bearer(self, number: str) -> Any | None:
        """Whoever bears the ID number with this blind index."""
        found = self._now(self._bearers.get(number))
        return found if found is not None and found.id_index == number else None

    def is_free(self, number: str) -> bool:
        """Whether it is certain that nobody bears it."""
        return number in self.numbers and self.bearer(number) is None

    def named(self, name: str) -> list[Any]:
        """Everybody of that name."""
        found = (self._now(each) for each in self._named.get(name, ()))
        return [each for each in found if each is not None and each.name == name]

    def _now(self, person_id: int | None) -> Any | None:
        """The record itself once written, None when that was taken back; else the row that was read."""
        if person_id is None:
            return None
        person = self._written.get(person_id)
        if person is None:
            return self._rows.get(person_id)
        return person if inspect(person).persistent or is_waiting(person) else None


def _in_parts(column: Any, values: Iterable[str], *where: Any) -> Iterator[Any]:
    listed = sorted(values)
    for start in range(0, len(listed), 500):
        yield from session().execute(select(*NEEDED).where(column.in_(listed[start:start + 500]), *where))


def _units(ids: Iterable[int]) -> Iterator[OrgUnit]:
    listed = sorted(ids)
    for start in range(0, len(listed), 500):
        yield from session().scalars(select(OrgUnit).where(OrgUnit.id.in_(listed[start:start + 500])))
