"""Courses as forms and pages need them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from core.base.db import session
from core.people.models import OrgUnit
from core.service import Context, service
from core.web.forms import Option

from ..models import ClassSession, Course, Need, PlanItem, Prerequisite
from ..tenths import shown

READ = "training.course.read"
RECENT = 20


@dataclass(frozen=True, slots=True)
class CoursePage:
    """A course with its rungs before and after, and where it was held."""

    course: Course
    org: OrgUnit
    first: list[Course]
    then: list[Course]
    sessions: list[ClassSession]


def find_courses(ctx: Context, text: str, limit: int) -> list[Option]:
    """Courses in use whose name contains the text."""
    rows = select(Course).where(Course.retired_on.is_(None)).order_by(Course.level, Course.name).limit(limit)
    if text:
        rows = rows.where(Course.name.contains(text[:40], autoescape=True))
    return [Option(one.id, one.name, shown(one.tenths)) for one in session().scalars(rows)]


def name_of_course(ctx: Context, course_id: int) -> str:
    return session().scalars(select(Course.name).where(Course.id == course_id)).one_or_none() or ""


def first_ids(course_id: int) -> list[int]:
    """Ids of the courses that come directly before."""
    return list(session().scalars(select(Prerequisite.first_id).where(Prerequisite.course_id == course_id)))


@service(READ, writes=False)
def course_page(ctx: Context, course_id: int) -> CoursePage:
    course = ctx.get(Course, course_id)
    then = select(Prerequisite.course_id).where(Prerequisite.first_id == course.id)
    named = select(Course).order_by(Course.level, Course.name)
    held = select(ClassSession).where(ClassSession.course_id == course.id).order_by(ClassSession.on.desc()).limit(RECENT)
    return CoursePage(course, ctx.get(OrgUnit, course.org_id),
                      list(session().scalars(named.where(Course.id.in_(first_ids(course.id))))),
                      list(session().scalars(named.where(Course.id.in_(then)))), list(session().scalars(held)))


@service("training.plan.manage", writes=False)
def plan_item(ctx: Context, item_id: int) -> PlanItem:
    """A line of the plan in the actor's care. Raises NotFound."""
    return ctx.get(PlanItem, item_id)


@service("training.need.read", writes=False)
def open_needs(ctx: Context, limit: int = 8) -> list[Need]:
    """Needs nobody has planned for yet, oldest first."""
    return list(session().scalars(select(Need).where(Need.state == "raised").order_by(Need.id).limit(limit)))
