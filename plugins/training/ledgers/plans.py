"""Courses, the annual plan, needs and how they were met."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from core.base.i18n import _l
from core.people.models import OrgUnit
from core.plugin import A4, Action, Filter, Ledger, View, col
from core.service import Context
from core.settings.dictionaries import labels

from ..models import ClassSession, Course, Need, PlanItem
from ..tenths import shown
from ..words import AUDIENCES, CALLED_OFF, COUNTED, LEVELS, NEED_SOURCES
from ..workflows import need

GROUP = _l("教育培训")
COURSE, NEED, PLAN = "training.course.read", "training.need.read", "training.plan.manage"


def subjects(ctx: Context) -> dict[str, str]:
    return labels("training.subject")


def forms(ctx: Context) -> dict[str, str]:
    return labels("training.form")


def held_from_plan(states: tuple[str, ...] = ()) -> Any:
    """How many sessions came from a line of the plan, for a column."""
    found = select(func.count(ClassSession.id)).where(
        ClassSession.tenant_id == PlanItem.tenant_id, ClassSession.plan_item_id == PlanItem.id, ClassSession.state != CALLED_OFF)
    return (found.where(ClassSession.state.in_(states)) if states else found).correlate(PlanItem).scalar_subquery()


def month(value: int) -> str:
    return f"{value:02d}"


courses = Ledger(
    name="training.courses", title=_l("培训课程目录"), permission=COURSE, paper=A4.landscape, icon="book", group=GROUP, rank=10,
    rows=select(Course).join(Course.org), key=Course.id, opens="training.course",
    columns=(
        col("name", _l("课程名称"), Course.name, search=True, width=24),
        col("subject", _l("主题"), Course.subject, choices=subjects, filter=True, width=10),
        col("form", _l("形式"), Course.form, choices=forms, filter=True, width=14),
        col("tenths", _l("学时"), Course.tenths, show=shown, align="end", width=8),
        col("level", _l("级别"), Course.level, choices=LEVELS, filter=True, width=8),
        col("trainer", _l("授课人"), Course.trainer, search=True, width=12),
        col("venue", _l("地点"), Course.venue, priority=2, width=18),
        col("org", _l("开课单位"), OrgUnit.short_name, width=16),
        col("central", _l("集中培训"), Course.central, filter=True, priority=2, width=8),
        col("certificate", _l("发证书"), Course.certificate, filter=True, priority=2, width=8),
        col("retired_on", _l("停用日期"), Course.retired_on, filter=True, hidden=True),
    ),
    filters=(Filter(name="in_use", label=_l("在用"), kind="flag", where=lambda ctx: Course.retired_on.is_(None)),),
    views=(View(name="in_use", label=_l("在用"), query={"in_use": "1"}),), order=("level", "name"),
    actions=(Action(_l("新增课程"), "training.new_course", "training.course.manage", icon="plus-lg", primary=True),),
    empty=_l("还没有课程。先建立课程，再列入年度计划、开班。"),
)
plan = Ledger(
    name="training.plan", title=_l("年度培训计划"), permission=COURSE, paper=A4.landscape, icon="calendar3", group=GROUP, rank=20,
    rows=select(PlanItem).join(PlanItem.course).join(PlanItem.org), key=PlanItem.id, scope=(PlanItem.org_path,),
    opens="training.edit_plan",
    columns=(
        col("course", _l("培训内容"), Course.name, search=True, width=24),
        col("year", _l("年度"), PlanItem.year, filter=True, width=8),
        col("month", _l("月份"), PlanItem.month, show=month, width=8),
        col("org", _l("办班单位"), OrgUnit.short_name, order=PlanItem.org_path, width=16),
        col("audience", _l("培训对象"), PlanItem.audience, choices=AUDIENCES, filter=True, width=12),
        col("form", _l("形式"), Course.form, choices=forms, width=12),
        col("tenths", _l("学时"), Course.tenths, show=shown, align="end", width=8),
        col("times", _l("计划班次"), PlanItem.times, align="end", width=8),
        col("head_count", _l("计划人数"), PlanItem.head_count, align="end", width=8),
        col("made", _l("已安排"), held_from_plan(), align="end", width=8),
        col("done", _l("已完成"), held_from_plan(COUNTED), align="end", width=8),
        col("note", _l("备注"), PlanItem.note, priority=3, width=16),
    ),
    filters=(Filter(name="under", label=_l("办班单位"), kind="org", source=PlanItem.org_path),
             Filter(name="this_year", label=_l("本年"), kind="flag", where=lambda ctx: PlanItem.year == ctx.today().year)),
    views=(View(name="this_year", label=_l("本年"), query={"this_year": "1"}),), order=("-year", "month"),
    actions=(Action(_l("列入计划"), "training.new_plan", PLAN, icon="plus-lg", primary=True),),
    empty=_l("还没有年度计划。每条写明月份、课程和培训对象，开班时直接带出。"),
)
needs = Ledger(
    name="training.needs", title=_l("培训需求与满足表"), permission=NEED, paper=A4.landscape, icon="clipboard-check", group=GROUP,
    rows=select(Need).join(Need.org).outerjoin(Need.course), key=Need.id, scope=(Need.org_path,), opens="training.need", rank=30,
    columns=(
        col("title", _l("缺什么"), Need.title, search=True, width=28),
        col("year", _l("年度"), Need.year, filter=True, width=8),
        col("org", _l("提出组织"), OrgUnit.short_name, order=Need.org_path, width=16),
        col("source", _l("来源"), Need.source, choices=NEED_SOURCES, filter=True, width=10),
        col("subject", _l("主题"), Need.subject, choices=subjects, filter=True, width=10),
        col("audience", _l("谁需要"), Need.audience, choices=AUDIENCES, filter=True, width=12),
        col("head_count", _l("人数"), Need.head_count, align="end", width=8),
        col("course", _l("安排的课程"), Course.name, width=20),
        col("state", _l("状态"), Need.state, choices=need.choices(), tones=need.tones(), filter=True, width=10),
        col("met_on", _l("满足日期"), Need.met_on, filter=True, width=11),
        col("detail", _l("说明"), Need.detail, hidden=True, width=24),
    ),
    filters=(Filter(name="under", label=_l("提出组织"), kind="org", source=Need.org_path),),
    views=(View(name="raised", label=_l("待安排"), query={"state": "raised"}),), order=("-year", "title"),
    actions=(Action(_l("提出需求"), "training.new_need", "training.need.raise", icon="plus-lg", primary=True),),
    empty=_l("还没有培训需求。支部摸底后登记缺什么，上级据此安排课程。"),
)
