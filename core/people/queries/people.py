"""Finding people: by name, pinyin, whole numbers; possible duplicates."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import func, or_, select
from sqlalchemy.orm import joinedload
from sqlalchemy.orm.attributes import set_committed_value

from core.base.db import session
from core.base.pinyin import name_filter, search_prefix
from core.service import Context, service

from ..models import Archive, OrgUnit, Person
from ..sealed import index_of

READ = "people.person.read"
ID_LENGTH, SHORTEST_PHONE = 18, 10
MOST_DUPLICATES = 200


@service(READ, writes=False)
def search_people(ctx: Context, text: str, limit: int = 20) -> list[Person]:
    """People the actor may see whose name, pinyin or initials begin like `text`, or whose whole phone or ID it is."""
    query = search_prefix(text)
    if query.digits:
        where = _by_number(query.digits)
        if where is None:
            return []
    else:
        where = name_filter(query, Person.name, Person.name_full, Person.name_initials)
    # by letters PostgreSQL would rather walk the index of names from a on until it has met enough of them, however few there are
    spoken = Person.name_full.concat("") if query.prefixes and not query.han else Person.name_full
    found = select(Person).where(where).order_by(spoken, Person.name, Person.id).limit(limit)
    return _with_units(list(session().scalars(found)))


def _with_units(people: list[Person]) -> list[Person]:
    """The same with their units, in one statement instead of one each. A guest's own unit lies outside the subtrees he is found
    in; it is named all the same.
    """
    wanted = select(OrgUnit).where(OrgUnit.id.in_({person.org_id for person in people})).execution_options(beyond_subtree=True)
    units = {unit.id: unit for unit in session().scalars(wanted)} if people else {}
    for person in people:
        set_committed_value(person, "org", units[person.org_id])
    return people


def _by_number(digits: str):
    if len(digits) == ID_LENGTH:
        return Person.id_index == index_of("id", digits)
    return Person.phone_index == index_of("phone", digits) if len(digits) >= SHORTEST_PHONE else None


@service(READ, writes=False)
def get_person(ctx: Context, person_id: int) -> Person:
    """One person inside the actor's subtrees. Raises NotFound."""
    return ctx.get(Person, person_id)


@service(READ, writes=False)
def archived(ctx: Context, limit: int = 200) -> list[Archive]:
    """What left the registry in the actor's subtrees, newest first."""
    return list(session().scalars(select(Archive).order_by(Archive.id.desc()).limit(limit)).all())


@service(READ, writes=False)
def archived_one(ctx: Context, archive_id: int) -> Archive:
    """One of them. Raises NotFound."""
    return ctx.get(Archive, archive_id)


@dataclass(frozen=True, slots=True)
class Twins:
    """Records that may be one person: why, and which."""

    why: str
    people: tuple[Person, ...]


@service(READ, writes=False)
def duplicates(ctx: Context) -> list[Twins]:
    """Records with the same name and birth date, or the same phone and name, within the actor's subtrees."""
    found: dict[frozenset[int], Twins] = {}
    for why, columns in (("birth", (Person.name, Person.birth_date)), ("phone", (Person.name, Person.phone_index))):
        keys = (select(*columns).where(columns[1].is_not(None)).group_by(*columns).having(func.count() > 1)
                .limit(MOST_DUPLICATES))
        groups = [tuple(row) for row in session().execute(keys)]
        for people in _in_groups(columns, groups):
            found.setdefault(frozenset(p.id for p in people), Twins(why, people))
    return list(found.values())


def _in_groups(columns: Iterable, groups: list[tuple]) -> Iterable[tuple[Person, ...]]:
    first, second = columns
    by_key: dict[tuple, list[Person]] = {}
    for start in range(0, len(groups), 100):
        some = groups[start:start + 100]
        where = or_(*((first == a) & (second == b) for a, b in some))
        for person in session().scalars(select(Person).options(joinedload(Person.org)).where(where).order_by(Person.id)):
            by_key.setdefault((getattr(person, first.key), getattr(person, second.key)), []).append(person)
    return (tuple(people) for people in by_key.values() if len(people) > 1)
