"""Sessions with their sheets and audiences, as their pages need them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select

from core.base.db import session
from core.base.scope import beyond_subtree
from core.people.models import OrgUnit, Person
from core.service import Context, service

from ..audience import invited
from ..models import Certificate, ClassSession, Course, Seat
from ..words import AHEAD, CALLED_OFF, CAME, CANCELLED, DRAFT, SEATED, UPCOMING, WAITING

READ, MANAGE = "training.session.read", "training.session.manage"
MOST_NAMED = 500


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the sheet."""

    seat: Seat
    branch: str


@dataclass(frozen=True, slots=True)
class SessionPage:
    """A session with its sheet, seen by the organiser (all) or a branch (its own people)."""

    event: ClassSession
    course: Course
    org: OrgUnit
    lines: list[Line]
    waiting: list[Line]
    cancelled: int
    seated: int
    came: int
    certificates: int
    missed: ClassSession | None

    @property
    def free(self) -> int | None:
        return None if self.event.capacity is None else max(0, self.event.capacity - self.seated)


@dataclass(frozen=True, slots=True)
class Audience:
    """Who should come: how many per unit, and their names up to a limit."""

    total: int
    units: list[tuple[str, int]]
    names: list[tuple[str, str]]


def find_session(ctx: Context, session_id: int) -> ClassSession:
    """An announced session is known to all staff who read sessions; a draft, also one called off as a draft, only where it is
    prepared. Raises NotFound."""
    with beyond_subtree("training: announced classes are known to all staff"):
        found = ctx.get(ClassSession, session_id)
    hidden = found.state == DRAFT or (found.state == CALLED_OFF and found.bulletin_id is None)
    return ctx.get(ClassSession, session_id) if hidden else found


@service(READ, writes=False)
def known_session(ctx: Context, session_id: int) -> ClassSession:
    """The session alone, without its sheet. Raises NotFound."""
    return find_session(ctx, session_id)


@service(READ, writes=False)
def session_page(ctx: Context, session_id: int) -> SessionPage:
    event = find_session(ctx, session_id)
    rows = select(Seat, OrgUnit.short_name).join(Seat.org).where(Seat.session_id == event.id).order_by(
        OrgUnit.path, Seat.person_name, Seat.id)
    lines = [Line(row[0], row[1]) for row in session().execute(rows)]
    mine = Seat.session_id == event.id
    with beyond_subtree("training: how full a class is, is known to all who may enrol"):
        seated = session().scalar(select(func.count(Seat.id)).where(mine, Seat.place.in_(SEATED))) or 0
        came = session().scalar(select(func.count(Seat.id)).where(mine, Seat.attendance.in_(CAME))) or 0
        given = session().scalar(select(func.count(Certificate.id)).where(Certificate.session_id == event.id)) or 0
        missed = session().get(ClassSession, (ctx.tenant.id, event.make_up_of_id)) if event.make_up_of_id else None
    return SessionPage(
        event, ctx.get(Course, event.course_id), ctx.get(OrgUnit, event.org_id),
        [one for one in lines if one.seat.place in SEATED],
        sorted((one for one in lines if one.seat.place == WAITING), key=lambda one: one.seat.id),
        sum(1 for one in lines if one.seat.place == CANCELLED), seated, came, given, missed)


@service(MANAGE, writes=False)
def audience_of(ctx: Context, session_id: int) -> Audience:
    """Who should come to a session of one's own, by the registry as it stands today."""
    event = ctx.get(ClassSession, session_id)
    who = invited(event, ctx.today())
    with beyond_subtree("training: who should come is computed for the whole class"):
        counted = session().execute(select(OrgUnit.short_name, func.count(Person.id)).join(Person.org).where(who)
                                    .group_by(OrgUnit.path, OrgUnit.short_name).order_by(OrgUnit.path).select_from(Person)).all()
        named = session().execute(select(Person.name, OrgUnit.short_name).join(Person.org).where(who)
                                  .order_by(OrgUnit.path, Person.name_full, Person.id).limit(MOST_NAMED)).all()
    units = [(row[0], row[1]) for row in counted]
    return Audience(sum(n for _name, n in units), units, [(row[0], row[1]) for row in named])


@service(READ, writes=False)
def coming_up(ctx: Context, limit: int = 8) -> list[ClassSession]:
    """Announced sessions that lie ahead, soonest first; and drafts of one's own."""
    own = select(ClassSession.id).where(ClassSession.state == DRAFT)
    drafts = set(session().scalars(own))
    with beyond_subtree("training: announced classes are known to all staff"):
        rows = session().scalars(select(ClassSession).where(
            ClassSession.state.in_(AHEAD), ClassSession.ends_on >= ctx.today()).order_by(ClassSession.on,
                ClassSession.id).limit(200))
        return [one for one in rows if one.state in UPCOMING or one.id in drafts][:limit]


@service(READ, writes=False)
def with_sheets(ctx: Context, limit: int = 8) -> list[ClassSession]:
    """Sessions of one's own whose sheet or hours are not settled, oldest first."""
    return list(session().scalars(select(ClassSession).where(
        ClassSession.state.in_(("held", "attendance_submitted"))).order_by(ClassSession.on, ClassSession.id).limit(limit)))
