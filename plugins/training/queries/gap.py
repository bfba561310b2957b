"""What is due, got and missing: for a person and for a unit, and the sessions that would close it.

Everything is read from balances and tallies by index; nothing is added up from the book here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, case, func, or_, select

from core.base.db import session
from core.base.scope import beyond_subtree
from core.contracts.errors import NotFound
from core.people.me import own_person
from core.people.models import OrgUnit, Person
from core.people.tree import WIDTH, within
from core.service import Context, service

from ..audience import should_come
from ..models import Balance, Certificate, ClassSession, HourEntry, Seat, Tally
from ..seating import courses_not_open
from ..words import CANCELLED, ROLES, UPCOMING

HOURS = "training.hours.read"
MOST = 10


@dataclass(frozen=True, slots=True)
class Sums:
    """One line of a gap page; hours in tenths."""

    label: str
    org_id: int | None = None
    people: int = 0
    met: int = 0
    covered: int = 0
    due: int = 0
    got: int = 0
    missing: int = 0

    @property
    def share(self) -> int:
        """People who met their duty, in percent."""
        return round(100 * self.met / self.people) if self.people else 0


@dataclass(frozen=True, slots=True)
class Closing:
    """A session that would help: how many of those concerned could come, or what is left for one person after it."""

    event: ClassSession
    people: int = 0
    left: int = 0


@dataclass(frozen=True, slots=True)
class UnitGap:
    """A unit's year; `workers` are the community workers, also those for whom a heavier role sets the hours."""

    unit: OrgUnit | None
    year: int
    total: Sums
    roles: list[Sums]
    below: list[Sums]
    workers: Sums
    sessions: list[Closing]


@dataclass(frozen=True, slots=True)
class PersonYear:
    """A person's year: duty, book, seats ahead, sessions that would close the gap."""

    person: Person
    year: int
    balance: Balance | None
    entries: list[HourEntry]
    seats: list[tuple[Seat, ClassSession]]
    sessions: list[Closing]
    certificates: list[Certificate]
    years: list[int]


def _added() -> list[Any]:
    return [func.coalesce(func.sum(column), 0) for column in (
        Tally.people, Tally.met, Tally.covered, Tally.due, Tally.got, Tally.missing)]


@service(HOURS, writes=False)
def unit_gap(ctx: Context, org_id: int | None, year: int) -> UnitGap:
    """The sums of a unit and of those directly below it; None: everything the actor plans for. Raises NotFound outside."""
    unit = ctx.get(OrgUnit, org_id) if org_id else None
    if unit is not None and not ctx.may(HOURS, unit.path):
        raise NotFound("people_org_unit")
    mine = (Tally.year == year, within(Tally.org_path, unit.path if unit else ""))
    total = Sums("", None, *(int(n) for n in session().execute(select(*_added()).where(*mine)).one()))
    roles = [Sums(row[0], None, *map(int, row[1:])) for row in session().execute(
        select(Tally.role, *_added()).where(*mine).group_by(Tally.role))]
    roles.sort(key=lambda one: list(ROLES).index(one.label))
    return UnitGap(unit, year, total, roles, _below(ctx, unit, mine), _workers(unit, year), unit_sessions(ctx, unit))


def _workers(unit: OrgUnit | None, year: int) -> Sums:
    """As the register and the measure count them (ledgers/hours.py, indicators.py)."""
    row = session().execute(select(func.count(Balance.id), func.count(case((Balance.got > 0, 1)))).where(
        Balance.year == year, Balance.worker.is_(True), within(Balance.org_path, unit.path if unit else ""))).one()
    return Sums("community_worker", None, people=row[0], covered=row[1])


def _below(ctx: Context, unit: OrgUnit | None, mine: tuple[Any, ...]) -> list[Sums]:
    """One line per unit directly below; without a unit, per topmost unit of each of the actor's subtrees."""
    if unit is not None:
        length = len(unit.path) + WIDTH
    else:
        length = max((len(path) for path in ctx.subtrees(HOURS)), default=0) or WIDTH
    place = func.substr(Tally.org_path, 1, length).label("place")
    found = {row[0]: row[1:] for row in session().execute(select(place, *_added()).where(*mine).group_by(place))}
    units = {one.path: one for one in session().scalars(select(OrgUnit).where(OrgUnit.path.in_(list(found))))}
    return [Sums(units[path].short_name, units[path].id, *map(int, found[path])) for path in sorted(found) if path in units]


def _ahead(ctx: Context) -> list[ClassSession]:
    """Announced sessions one can still come to, soonest first. Known to all staff."""
    with beyond_subtree("training: announced classes are known to all staff"):
        return list(session().scalars(select(ClassSession).where(
            ClassSession.state.in_(UPCOMING), ClassSession.on >= ctx.today(),
            or_(ClassSession.enrol_until.is_(None), ClassSession.enrol_until >= ctx.today()))
            .order_by(ClassSession.on, ClassSession.id).limit(50)))


def unit_sessions(ctx: Context, unit: OrgUnit | None) -> list[Closing]:
    """Sessions ahead for which people below the unit with missing hours are meant, with their number."""
    root = unit.path if unit else ""
    listed = [one for one in _ahead(ctx) if one.org_path.startswith(root) or root.startswith(one.org_path)][:MOST]
    if not listed:
        return []
    meant = [func.count(case((and_(Balance.year == one.on.year, should_come(
        one.audience, max(one.org_path, root, key=len), ctx.today())), 1))) for one in listed]
    counts = session().execute(select(*meant).select_from(Balance).join(Balance.person).where(
        Balance.year.in_({one.on.year for one in listed}), Balance.missing > 0, within(Balance.org_path, root))).one()
    return [Closing(event, people=count) for event, count in zip(listed, counts, strict=True) if count]


@service(HOURS, writes=False)
def person_year(ctx: Context, person_id: int, year: int) -> PersonYear:
    """The year of somebody in the actor's care. Raises NotFound."""
    person = ctx.get(Person, person_id)
    if not ctx.may(HOURS, person.org_path):
        raise NotFound("people_person")
    return _year(ctx, person, year)


@service(None, writes=False)
def my_year(ctx: Context, year: int) -> PersonYear | None:
    """The year of the person behind the account; None for accounts of nobody registered."""
    person = own_person(ctx)
    return _year(ctx, person, year) if person is not None else None


def _year(ctx: Context, person: Person, year: int) -> PersonYear:
    with beyond_subtree("training: one person's hours, asked for by that person or by who plans for that person"):
        balance = session().scalars(select(Balance).where(Balance.person_id == person.id, Balance.year == year)).one_or_none()
        entries = list(session().scalars(select(HourEntry).where(
            HourEntry.person_id == person.id, HourEntry.year == year).order_by(HourEntry.on, HourEntry.id)))
        seats = [(row[0], row[1]) for row in session().execute(select(Seat, ClassSession).join(Seat.session).where(
            Seat.person_id == person.id, Seat.place != CANCELLED, ClassSession.state.in_(UPCOMING)).order_by(ClassSession.on))]
        given = list(session().scalars(select(Certificate).where(Certificate.person_id == person.id).order_by(Certificate.id)))
        years = set(session().scalars(select(Balance.year).where(Balance.person_id == person.id)))
        years |= set(session().scalars(select(HourEntry.year).where(HourEntry.person_id == person.id).distinct()))
        return PersonYear(person, year, balance, entries, seats, closing_for(ctx, person, balance, seats), given,
                          sorted(years | {ctx.today().year}, reverse=True))


def closing_for(ctx: Context, person: Person, balance: Balance | None, seats: list[tuple[Seat, ClassSession]]) -> list[Closing]:
    """Sessions ahead in the balance's year that the person is meant for and may attend, till nothing would be missing."""
    if balance is None or not balance.missing:
        return []
    booked = {event.id for _seat, event in seats}
    left = balance.missing - sum(event.tenths for _seat, event in seats if event.on.year == balance.year)
    found: list[Closing] = []
    ahead = [one for one in _ahead(ctx) if one.id not in booked and one.on.year == balance.year and one.tenths
             and one.trainer_id != person.id]
    for event in _open_to(ctx, person, ahead):
        if left <= 0 or len(found) == MOST:
            break
        left -= event.tenths
        found.append(Closing(event, left=max(0, left)))
    return found


def _open_to(ctx: Context, person: Person, ahead: list[ClassSession]) -> list[ClassSession]:
    """Those of the sessions the person is meant for and has the courses for that come first: two statements for all."""
    if not ahead:
        return []
    meant = [case((should_come(one.audience, one.org_path, ctx.today()), 1), else_=0) for one in ahead]
    flags = session().execute(select(*meant).where(Person.id == person.id)).one()
    lacking = courses_not_open(person.id, {one.course_id for one in ahead})
    return [one for one, yes in zip(ahead, flags, strict=True) if yes and one.course_id not in lacking]


def make_up_on(balance: Any = Balance) -> Any:
    """The day of the next session the person has a seat in, for a column (补课安排)."""
    return (select(func.min(ClassSession.on)).select_from(Seat).join(
        ClassSession, (ClassSession.tenant_id == Seat.tenant_id) & (ClassSession.id == Seat.session_id))
        .where(Seat.tenant_id == balance.tenant_id, Seat.person_id == balance.person_id, Seat.place == "enrolled",
               ClassSession.state.in_(UPCOMING)).correlate(balance).scalar_subquery())


def share_met(met: Any, people: Any) -> Any:
    """Percent as a whole number, for a column."""
    return case((people > 0, met * 100 / people), else_=0)
