"""Courses, needs and the annual plan."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, select

from core.base.db import session
from core.base.i18n import _
from core.base.leaks import leaks
from core.contracts.errors import Invalid
from core.service import Context, service
from core.work import engine

from ..facts import check_course, course_in_use, host
from ..models import Course, Need, PlanItem, Prerequisite
from ..workflows import need as NEED

COURSE, PLAN, RAISE = "training.course.manage", "training.plan.manage", "training.need.raise"
TEXTS = ("trainer", "venue", "summary")


@service(COURSE)
def save_course(ctx: Context, course_id: int | None = None, *, org_id: int, first_ids: list[int] | None = None,
                version: int | None = None, **data: Any) -> Course:
    """Offer a course, or change one. Hours already held keep what they were. Raises Invalid with a sentence per field."""
    course = ctx.get(Course, course_id) if course_id else Course()
    unit = host(ctx, org_id, COURSE)
    if course_id:
        ctx.require(COURSE, course.org_path)
        ctx.check_version(course, version)
    wanted = [one for one in first_ids or [] if one != course_id] if course_id else list(first_ids or [])
    check_course(ctx, course, data, wanted)
    course.org_id, course.org_path = unit.id, unit.path
    for name in ("name", "subject", "form", "tenths", "level"):
        setattr(course, name, data[name])
    for name in TEXTS:
        setattr(course, name, data.get(name) or "")
    course.central, course.certificate = bool(data.get("central")), bool(data.get("certificate"))
    session().add(course)
    session().flush()
    session().execute(delete(Prerequisite).where(Prerequisite.course_id == course.id))
    session().add_all([Prerequisite(course_id=course.id, first_id=one) for one in dict.fromkeys(wanted)])
    session().flush()
    ctx.audit("training.course", course.id, course.name, level=course.level)
    return course


@service(COURSE)
def retire_course(ctx: Context, course_id: int, *, version: int | None = None) -> Course:
    """Take a course out of the lists to choose from; what was held stays."""
    course = ctx.get(Course, course_id)
    ctx.require(COURSE, course.org_path)
    ctx.check_version(course, version)
    course.retired_on = ctx.today()
    ctx.audit("training.course", course.id, course.name, retired=True)
    return course


@service(RAISE)
def raise_need(ctx: Context, *, org_id: int, **data: Any) -> Need:
    """Note what is lacking. Names and numbers of persons have no place in it."""
    unit = host(ctx, org_id, RAISE)
    for name in ("title", "detail"):
        if leaks(data.get(name) or ""):
            raise Invalid({name: [_("文字里有证件号码、手机号或银行卡号，请删去后再保存。")]})
    if data["source"] == "superior":
        ctx.require(PLAN, unit.path)
    record = Need(org_id=unit.id, org_path=unit.path, detail=data.get("detail") or "",
                  **{name: data.get(name) for name in ("year", "source", "subject", "title", "audience", "head_count")})
    engine.start(ctx, NEED, record)
    return record


@service(PLAN)
def save_plan_item(ctx: Context, item_id: int | None = None, *, org_id: int, course_id: int, version: int | None = None,
                   **data: Any) -> PlanItem:
    """Put a line into an organisation's annual plan, or change it. Raises Invalid for the same line twice."""
    item = ctx.get(PlanItem, item_id) if item_id else PlanItem()
    if item_id:
        ctx.check_version(item, version)
    unit, course = host(ctx, org_id, PLAN), course_in_use(ctx, course_id)
    same = session().scalars(select(PlanItem.id).where(
        PlanItem.year == data["year"], PlanItem.month == data["month"], PlanItem.org_id == unit.id,
        PlanItem.course_id == course.id, PlanItem.audience == data["audience"])).first()
    if same not in (None, item_id):
        raise Invalid({"course_id": [_("计划里已有同月、同单位、同对象的这门课程，请在原条目上改班次数。")]})
    item.org_id, item.org_path, item.course_id = unit.id, unit.path, course.id
    item.year, item.month, item.audience = data["year"], data["month"], data["audience"]
    item.times, item.head_count, item.note = data.get("times") or 1, data.get("head_count"), data.get("note") or ""
    session().add(item)
    session().flush()
    ctx.audit("training.plan", item.id, f"{item.year}-{item.month:02d} {course.name}", org=unit.short_name)
    return item


@service(PLAN)
def drop_plan_item(ctx: Context, item_id: int, *, version: int | None = None) -> None:
    """Take a line out of the plan. Sessions made from it stay, without the line."""
    item = ctx.get(PlanItem, item_id)
    ctx.check_version(item, version)
    if item.sessions:
        raise Invalid({"": [_("这一条已开过班，不能从计划中删去。")]})
    ctx.audit("training.plan", item.id, f"{item.year}-{item.month:02d}", dropped=True)
    session().delete(item)
