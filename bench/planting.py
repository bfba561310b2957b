"""A district of any size, planted in bulk: its tree, members with posts, classes, seats and the book of hours.

Rows go through COPY where PostgreSQL's superuser is at hand, else through the session. Neither writes history or audit rows:
what is planted is there to be read by pages, and balances are settled by the product itself afterwards.
"""

from __future__ import annotations

import datetime as dt
import itertools
import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from sqlalchemy import insert, update

from bench.frame.ground import Ground
from core.access.models import AccessRevision
from core.base import memo
from core.base.db import begin_write, new_id, new_ids, session
from core.base.pinyin import name_keys
from core.people.models import Affiliation, MemberChange, OrgUnit, Person, PostHolding
from core.testing.world import World
from plugins.training.models import ClassSession, Course, HourEntry, Seat

MADE = dt.datetime(2026, 1, 5, tzinfo=dt.UTC)
BRANCH, SEATS, CHUNK = 50, 40, 5000                 # members of a branch, seats of a class, rows written at once
COURSES = 30                                        # the first of them is the rotation class of secretaries
TENTHS = 40
ESCAPED = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})     # COPY's own signs
TOP = "0002"                                        # beside the unit that every tenant begins with
EVERY_ROW = ("id", "tenant_id", "created_at", "version")
FAMILY = "\u5f20\u738b\u674e\u8d75\u66fe\u5218\u9648\u6768\u9ec4\u5468\u5434\u5f90\u5b59\u9a6c\u6731\u80e1\u90ed\u6797\u4f55"
GIVEN = "\u4f1f\u82b3\u5a1c\u654f\u9759\u660e\u5f3a\u78ca\u519b\u6d0b\u52c7\u8273\u6770\u6d9b\u5170\u971e\u5e73\u521a\u6842\u82f1"
Rows = Iterable[dict[str, Any]]
Write = Callable[[Any, Rows], None]                 # (model, rows): all columns that have no default, the same in each row


@dataclass(frozen=True, slots=True)
class District:
    """What was planted: rows by table, and the ids that pages are asked for."""

    members: int
    hours: int
    top: int
    branch: int
    person: int
    held: int


@contextmanager
def superuser(ground: Ground) -> Iterator[Any]:
    """A psycopg connection past row level security; commits at the end."""
    with psycopg.connect(ground.bypass) as connection:
        yield connection


@contextmanager
def writing(ground: Ground, slug: str) -> Iterator[Write]:
    """The fastest way to plant rows into a tenant."""
    if not ground.server:
        with ground.world.inside(slug):
            yield by_session
        return
    with superuser(ground) as connection:
        connection.execute("SET session_replication_role = replica")     # no second look at each foreign key
        yield by_copy(connection, ground.world.tenants[slug].id)


def stamps(*tables: str) -> list[str]:
    """Columns that say what was changed: those that a write to these tables moves, without any all of the records. Also in
    commits that had one for all records (bench.compare).
    """
    groups = [f"group_{memo.group_of(name)}" for name in tables] if hasattr(memo, "group_of") else []
    held = AccessRevision.__table__.columns.keys()
    return [name for name in held if name == "records" or name in groups or (not tables and name.startswith("group_"))]


@contextmanager
def changed(world: World, slug: str) -> Iterator[None]:
    """As after somebody wrote to the tenant: nothing that was remembered of its records holds any more."""
    with world.inside(slug):
        begin_write()
        moved = dict.fromkeys(stamps(), new_id())
        session().execute(update(AccessRevision).values(moved).execution_options(access_unchanged=True))
        session().commit()
    yield


def by_session(model: Any, rows: Rows) -> None:
    """Through the session in scope, any database."""
    several = iter(rows)
    begin_write()
    while part := list(itertools.islice(several, CHUNK)):
        session().execute(insert(model), part)
    session().commit()


def by_copy(connection: Any, tenant: int) -> Write:
    """Through COPY on a psycopg connection of the superuser (row level security takes no COPY)."""

    def write(model: Any, rows: Rows) -> None:
        several = iter(rows)
        if (first := next(several, None)) is None:
            return
        names, rest = tuple(first), {name: value for name, value in row_of(model, tenant).items() if name not in first}
        listed = {name for name, column in model.__table__.columns.items() if "JSON" in str(column.type).upper()}
        told = [_json if name in listed else _text for name in names]
        end = "".join(f"\t{(_json if name in listed else _text)(value)}" for name, value in rest.items()) + "\n"
        quoted = ", ".join(f'"{name}"' for name in (*names, *rest))
        with connection.cursor().copy(f"COPY {model.__tablename__} ({quoted}) FROM STDIN") as copy:
            several = itertools.chain((first,), several)
            while part := list(itertools.islice(several, CHUNK)):
                assert all(tuple(row) == names for row in part[::97]), names          # all rows say the same columns, in order
                copy.write("".join("\t".join([tell(value) for tell, value in zip(told, row.values(), strict=True)]) + end
                                   for row in part))

    return write


def _text(value: Any) -> str:
    """A value in the text format of COPY."""
    if isinstance(value, str):
        return value.translate(ESCAPED)
    return "\\N" if value is None else str(value)


def _json(value: Any) -> str:
    return json.dumps(value).translate(ESCAPED)


def row_of(model: Any, tenant: int) -> dict[str, Any]:
    """All columns of a row about which nothing was said, for whoever writes past the session."""
    columns = {name: _default(column) for name, column in model.__table__.columns.items()}
    return columns | dict(zip(EVERY_ROW, (None, tenant, MADE, 1), strict=True))


def _default(column: Any) -> Any:
    """The value of a column that a row leaves out."""
    if column.default is None:
        return None
    if column.default.is_scalar:
        return column.default.arg
    return column.default.arg(None) if column.name not in EVERY_ROW else None


def plant(write: Write, members: int, hours: int, year: int) -> District:
    """A district of `members`, each with `hours` classes attended in `year` (an entry in the book and a seat for each)."""
    units = _tree(members // BRANCH or 1)
    write(OrgUnit, units)
    branches = [unit for unit in units if unit["kind"] == "branch"]
    people = list(_members(members, branches))
    write(Person, people)
    write(Affiliation, _affiliations(people))
    write(PostHolding, _secretaries(people, len(branches)))
    write(MemberChange, _changes(people))
    held = _attendance(write, people, units[0], hours, year)
    branch, person = branches[len(branches) // 2], people[members // 2]
    return District(members, members * hours, units[0]["id"], branch["id"], person["id"], held)


def _tree(branches: int) -> list[dict[str, Any]]:
    """Streets, communities and branches below a top: ten branches a community, eight communities a street at most."""
    units: list[dict[str, Any]] = []
    floor: list[dict[str, Any]] = []
    communities = -(-branches // 10)
    for kind, count in (("committee", 1), ("work_committee", -(-communities // 8)), ("committee", communities),
                        ("branch", branches)):
        below = []
        for number, new in enumerate(new_ids(count)):
            above = floor[number % len(floor)] if floor else None
            name = f"unit {len(units) + number:06d}"
            below.append({"id": new, "name": name, "short_name": name, "name_full": name.replace(" ", ""), "kind": kind,
                          "ordinal": 9000 + len(units) + number, "parent_id": above["id"] if above else None,
                          "path": f"{above['path']}{1 + number // len(floor):04d}" if above else TOP,
                          "term_start": dt.date(2023, 1, 1), "term_end": dt.date(2027, 1 + number % 12, 1)})
        units, floor = units + below, below
    return units


def _members(count: int, branches: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    names = [a + b + c for a in FAMILY for b in ("", *GIVEN) for c in GIVEN]
    keys = {name: name_keys(name) for name in names}
    for number, new in enumerate(new_ids(count)):
        name, unit = names[number * 7919 % len(names)], branches[number % len(branches)]
        born = dt.date(1940 + number % 60, 1 + number % 12, 1)
        yield {"id": new, "name": name, "name_full": keys[name].full, "name_initials": keys[name].initials, "org_id": unit["id"],
               "org_path": unit["path"], "gender": ("male", "female")[number % 2], "is_formal": True,
               "member_kind": "full" if number % 20 else "probationary", "birth_date": born,
               "joined_on": dt.date(1970 + number % 50, 7, 1), "phone_mask": f"138****{number % 10000:04d}",
               "verified_on": dt.date(2026, 1 + number % 9, 1)}


def _affiliations(people: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for new, one in zip(new_ids(len(people)), people, strict=True):
        yield {"id": new, "person_id": one["id"], "org_id": one["org_id"], "org_path": one["org_path"], "kind": "formal",
               "formal_of": one["id"], "starts_on": one["joined_on"]}


def _secretaries(people: list[dict[str, Any]], branches: int) -> Iterator[dict[str, Any]]:
    for new, one in zip(new_ids(branches), people, strict=False):
        yield {"id": new, **_whose(one), "post": "secretary", "starts_on": dt.date(2023, 1, 1)}


def _whose(person: dict[str, Any]) -> dict[str, Any]:
    return {"person_id": person["id"], "person_name": person["name"], "org_id": person["org_id"], "org_path": person["org_path"]}


def _changes(people: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """One member of ten was taken in this year."""
    some = people[::10]
    for number, (new, one) in enumerate(zip(new_ids(len(some)), some, strict=True)):
        yield {"id": new, **_whose(one), "type": "newly_admitted", "effect": 1,
               "effective_on": dt.date(2026, 1 + number % 10, 1 + number % 28)}


def _attendance(write: Write, people: list[dict[str, Any]], top: dict[str, Any], hours: int, year: int) -> int:
    """Classes of forty seats all through the year; who sat there has the hours in the book."""
    courses = new_ids(COURSES)
    write(Course, ({"id": new, "name": f"course {number}", "org_id": top["id"], "org_path": top["path"], "subject": "theory",
                    "form": "lecture" if number else "rotation", "tenths": TENTHS} for number, new in enumerate(courses)))
    classes = new_ids(-(-len(people) * hours // SEATS))
    write(ClassSession, ({
        "id": new, "number": f"{year}-{number:06d}", "title": f"class {number}", "org_id": top["id"], "org_path": top["path"],
        "course_id": courses[number % COURSES], "on": _day(year, number), "ends_on": _day(year, number), "from_minute": 540,
        "to_minute": 720, "tenths": TENTHS, "state": "closed", "expected": SEATS} for number, new in enumerate(classes)))
    seats = [(one, place // SEATS) for place, one in enumerate(itertools.chain.from_iterable(itertools.repeat(people, hours)))]
    write(HourEntry, ({
        "id": new, "person_id": one["id"], "person_name": one["name"], "org_path": one["org_path"], "year": year,
        "on": _day(year, number), "tenths": TENTHS, "title": f"class {number}", "source": "training.session",
        "source_id": classes[number], "central": True} for new, (one, number) in zip(new_ids(len(seats)), seats, strict=True)))
    write(Seat, ({
        "id": new, "session_id": classes[number], "person_id": one["id"], "person_name": one["name"], "org_id": one["org_id"],
        "org_path": one["org_path"], "host_path": top["path"], "place": "enrolled", "origin": "branch", "attendance": "present",
        "tenths": TENTHS} for new, (one, number) in zip(new_ids(len(seats)), seats, strict=True)))
    return classes[0] if classes else 0


def _day(year: int, number: int) -> dt.date:
    return dt.date(year, 1, 5) + dt.timedelta(days=number % 280)
