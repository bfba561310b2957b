"""What may be said about a course, a plan or a session: checks with a sentence per field."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import func, select

from core.base.clock import SHANGHAI
from core.base.db import session
from core.base.i18n import _
from core.base.scope import beyond_subtree
from core.contracts.errors import Invalid
from core.people.models import OrgUnit
from core.people.words import LIVING_STATUS
from core.service import Context

from .audience import codes_on
from .models import ClassSession, Course, Prerequisite
from .tenths import of_rule, shown
from .words import SCREEN_FORM

Errors = dict[str, list[str]]
EARLIEST = dt.date(2000, 1, 1)
FARTHEST = dt.timedelta(days=800)
LONGEST_DAYS = 31


def host(ctx: Context, org_id: int | None, permission: str) -> OrgUnit:
    """A living unit where the actor holds the permission. Raises Invalid under `org_id`."""
    found = session().get(OrgUnit, (ctx.tenant.id, org_id)) if org_id else None
    if found is None or found.status not in LIVING_STATUS or not ctx.may(permission, found.path):
        raise Invalid({"org_id": [_("请选择您负责范围内正常运行的组织。")]})
    return found


def course_in_use(ctx: Context, course_id: int | None, field: str = "course_id") -> Course:
    found = session().get(Course, (ctx.tenant.id, course_id)) if course_id else None
    if found is None or found.retired_on:
        raise Invalid({field: [_("请从列表中选择一门在用的课程。")]})
    return found


def check_course(ctx: Context, course: Course, data: dict[str, Any], first_ids: list[int]) -> None:
    """Raises Invalid: a name that is taken, hours from the screen, a ladder that leads in a circle or downwards."""
    errors: Errors = {}
    same = session().scalars(select(Course.id).where(Course.name == data["name"])).first()
    if same not in (None, course.id):
        errors["name"] = [_("已有名为“%(name)s”的课程。", name=data["name"])]
    screen = is_screen(data["form"])
    if screen and data["tenths"]:
        errors["tenths"] = [_("线上自学不计学时，请填 0。学时只按现场签到计算。")]
    if not screen and not data["tenths"]:
        errors["tenths"] = [_("请填写学时，如半天 4 学时。")]
    known = {one.id: one for one in session().scalars(select(Course).where(Course.id.in_(first_ids)))}
    if len(known) < len(first_ids):
        errors["first_ids"] = [_("先修课程请从列表中选择。")]
    elif any(one.level > data["level"] for one in known.values()):
        errors["first_ids"] = [_("先修课程的级别不能高于本课程。")]
    elif course.id and course.id in _all_before(first_ids):
        errors["first_ids"] = [_("先修课程绕成了圈：“%(name)s”要先学自己。", name=data["name"])]
    if errors:
        raise Invalid(errors)


def is_screen(form: str) -> bool:
    """Whether a form of training is watched on a screen, also one of the tenant's own on that base."""
    return form in codes_on("training.form", (SCREEN_FORM,))


def _all_before(ids: list[int]) -> set[int]:
    """These courses and whatever must be attended before them."""
    edges: dict[int, list[int]] = {}
    for row in session().execute(select(Prerequisite.course_id, Prerequisite.first_id)):
        edges.setdefault(row.course_id, []).append(row.first_id)
    found: set[int] = set()
    todo = list(ids)
    while todo:
        one = todo.pop()
        if one not in found:
            found.add(one)
            todo += edges.get(one, [])
    return found


def check_session(ctx: Context, data: dict[str, Any], course: Course, *, past: bool = False) -> dict[str, Any]:
    """The columns of a session from what was filled in. Raises Invalid with a sentence per field."""
    errors: Errors = {}
    on = data["on"]
    ends_on = data.get("ends_on") or on
    begins, ends = _minutes(data["begins"]), _minutes(data["ends"])
    tenths = course.tenths if data.get("tenths") is None else data["tenths"]
    days = (ends_on - on).days + 1
    if days < 1 or days > LONGEST_DAYS:
        errors["ends_on"] = [_("结束日期应在开始日期当天或之后，一期最多 %(n)s 天。", n=LONGEST_DAYS)]
    if not EARLIEST <= on <= ctx.today() + FARTHEST:
        errors["on"] = [_("日期太远，请核对年份。")]
    elif ends_on.year > on.year:
        errors["ends_on"] = [_("学时按自然年计算，跨年的培训请按年份分两期登记。")]
    if on < ctx.today() and not past:
        errors["on"] = [_("开始日期已过。已经办过的培训，请用“补登班次”。")]
    if past and dt.datetime.combine(ends_on, data["ends"], SHANGHAI) > ctx.now():
        errors["on"] = [_("补登的培训应已结束。")]
    if ends <= begins:
        errors["ends"] = [_("结束时间应晚于开始时间；过了零点的请分两天登记。")]
    most = of_rule("training.most_per_day") * max(days, 1)
    if tenths > most:
        errors["tenths"] = [_("%(days)s 天最多计 %(most)s 学时（每天 %(day)s 学时）。", days=days, most=shown(most),
                              day=shown(of_rule("training.most_per_day")))]
    if is_screen(course.form) and tenths:
        errors["tenths"] = [_("线上自学不计学时，请填 0。学时只按现场签到计算。")]
    if data.get("enrol_until") and data["enrol_until"] > on:
        errors["enrol_until"] = [_("报名截止日期不能晚于开始日期。")]
    if errors:
        raise Invalid(errors)
    return {"title": data.get("title") or course.name, "tenths": tenths, "on": on, "ends_on": ends_on, "from_minute": begins,
            "to_minute": ends,
            "venue": data.get("venue") or course.venue, "trainer": data.get("trainer") or course.trainer,
            "trainer_id": data.get("trainer_id"), "audience": list(data["audience"]), "capacity": data.get("capacity"),
            "enrol_until": data.get("enrol_until"), "note": data.get("note") or ""}


def _minutes(time: dt.time) -> int:
    return time.hour * 60 + time.minute


def one_at_a_time() -> None:
    """Whoever takes running numbers waits for the other, also on a database where writers do not. Asked for before the
    organisations are kept one by one (balances.py), of which this is the first."""
    session().execute(select(OrgUnit.id).where(OrgUnit.parent_id.is_(None)).order_by(OrgUnit.id).limit(1)
                      .with_for_update(key_share=True)).all()


def next_number(on: dt.date) -> str:
    """The next running number of the year."""
    one_at_a_time()
    with beyond_subtree("training: numbers of sessions are unique in the tenant"):
        last = session().scalar(select(func.max(ClassSession.number)).where(ClassSession.number.like(f"{on.year}-%")))
    return f"{on.year}-{int(last[5:]) + 1 if last else 1:05d}"
