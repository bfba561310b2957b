"""Pages of courses, needs and the annual plan."""

from __future__ import annotations

from typing import Any

from flask import request

from core.base.i18n import _
from core.contracts.errors import Invalid
from core.web import ctx, done, go, render, warn
from core.web.forms import SchemaForm
from core.work.services import find_record
from core.work.show import box

from ..queries.courses import course_page, first_ids, plan_item
from ..schemas.course import CourseForm, NeedForm, PlanForm
from ..services import courses
from ..workflows import need as NEED
from .pages import WORDS, form_page, number_asked, pages, said

READ, MANAGE, PLAN, RAISE = "training.course.read", "training.course.manage", "training.plan.manage", "training.need.raise"


@pages.get("/courses/<int:record_id>", needs=READ)
def course(record_id: int) -> Any:
    page = course_page(ctx(), record_id)
    labels = {name: {o.value: o.label for o in CourseForm().fields[name].options()} for name in ("subject", "form")}
    return render("training/course.html", page=page, c=page.course, labels=labels, **WORDS)


@pages.form("/courses/new", needs=MANAGE)
def new_course() -> Any:
    form = SchemaForm(CourseForm(), values={"level": 1})
    if request.method == "POST" and form.submit(request.form) and form.attempt(courses.save_course, ctx(), **form.data):
        done(_("课程“%(name)s”已建立。", name=form.result.name))
        return go("training.course", record_id=form.result.id)
    return form_page(form, _("新增课程"), "training.courses")


@pages.form("/courses/<int:record_id>/edit", needs=MANAGE)
def edit_course(record_id: int) -> Any:
    form = SchemaForm(CourseForm(), course_page(ctx(), record_id).course, values={"first_ids": first_ids(record_id)})
    if request.method == "POST" and form.submit(request.form) and form.attempt(
            courses.save_course, ctx(), record_id, version=form.version, **form.data):
        done(_("已保存。"))
        return go("training.course", record_id=record_id)
    return form_page(form, _("修改课程"), "training.courses")


@pages.post("/courses/<int:record_id>/retire", needs=MANAGE)
def retire_course(record_id: int) -> Any:
    courses.retire_course(ctx(), record_id, version=number_asked(request.form.get("version")))
    done(_("课程已停用，已办的班次和学时不变。"))
    return go("training.course", record_id=record_id)


@pages.get("/needs/<int:record_id>", needs="training.need.read")
def need(record_id: int) -> Any:
    _workflow, found = find_record(ctx(), NEED.name, record_id)
    return render("training/need.html", n=found, work=box(ctx(), NEED, found), **WORDS)


@pages.form("/needs/new", needs=RAISE)
def new_need() -> Any:
    form = SchemaForm(NeedForm(), values={"year": ctx().today().year, "source": "survey", "audience": "members"})
    if request.method == "POST" and form.submit(request.form) and form.attempt(courses.raise_need, ctx(), **form.data):
        done(_("需求已登记。上级安排课程后，这里会显示。"))
        if request.form.get("again"):
            return go("training.new_need")
        return go("training.need", record_id=form.result.id)
    return form_page(form, _("提出培训需求"), "training.needs", again=True)


@pages.form("/plan/new", needs=PLAN)
def new_plan() -> Any:
    form = SchemaForm(PlanForm(), values={
        "year": ctx().today().year, "audience": "members", "course_id": number_asked(request.args.get("course_id"))})
    if request.method == "POST" and form.submit(request.form) and form.attempt(courses.save_plan_item, ctx(), **form.data):
        done(_("已列入年度计划。"))
        if request.form.get("again"):
            return go("training.new_plan")
        return go("ledgers.show", name="training.plan")
    return form_page(form, _("列入年度计划"), "training.plan", again=True)


@pages.form("/plan/<int:record_id>", needs=PLAN)
def edit_plan(record_id: int) -> Any:
    """Change a line of the plan, or start a session from it."""
    found = plan_item(ctx(), record_id)
    form = SchemaForm(PlanForm(), found)
    if request.method == "POST" and form.submit(request.form) and form.attempt(
            courses.save_plan_item, ctx(), record_id, version=form.version, **form.data):
        done(_("已保存。"))
        return go("ledgers.show", name="training.plan")
    return form_page(form, _("修改年度计划"), "training.plan", plan_item=found)


@pages.post("/plan/<int:record_id>/drop", needs=PLAN)
def drop_plan(record_id: int) -> Any:
    try:
        courses.drop_plan_item(ctx(), record_id, version=number_asked(request.form.get("version")))
    except Invalid as refused:
        warn(said(refused))
        return go("training.edit_plan", record_id=record_id)
    done(_("已从计划中删去。"))
    return go("ledgers.show", name="training.plan")
