"""Training for programs: courses, needs, the plan, classes and who sits in them, certificates. Lists are read as ledgers."""

from __future__ import annotations

from typing import Any

from marshmallow import fields

from core.base.fonts import NoFont
from core.base.i18n import _l
from core.contracts.errors import Conflict, Invalid
from core.web import SIGNED_IN, ctx
from core.web.api import Api, told
from core.web.download import PDF, attachment
from core.web.forms import Choice, Int, Length, Range, Ref, Schema, Text, ui
from core.web.forms.fields import BIGGEST
from core.web.resource import OUTCOME, Resource, act, outcome

from .models import Certificate, ClassSession, Course, Need, PlanItem
from .paper import sheet_workbook
from .queries.certificates import certificate_for_reader, certificate_page
from .queries.courses import course_page, first_ids, plan_item
from .queries.sessions import session_page
from .schemas.course import CourseForm, NeedForm, PlanForm
from .schemas.fields import CreditHours
from .schemas.session import Enrolled, Revoked, SessionChange, SessionForm, WalkIn
from .services import attendance, certificates, courses, enrolment, sessions
from .views.certificates import no_font, pdf_of
from .views.sessions import managed
from .views.sheets import MOST_LINES
from .words import ATTENDANCE

api = Api("training", __name__)


class Planned(SessionForm):
    """A class to be held, perhaps from a line of the plan."""

    plan_item_id = Ref("training_plan", metadata=ui(_l("计划条目")))

    class Meta(SessionForm.Meta):
        fields = (*SessionForm.Meta.fields, "plan_item_id")  # type: ignore[assignment]


class Mark(Schema):
    """One line of the sheet of attendance; "" takes back what was entered."""

    seat_id = Int(required=True, validate=Range(1, BIGGEST), metadata=ui(_l("席位")))
    attendance = Choice(lambda: [("", ""), *ATTENDANCE.items()], required=True, metadata=ui(_l("出席")))
    hours = CreditHours(metadata=ui(_l("学时")))
    note = Text(load_default="", validate=Length(max=100), metadata=ui(_l("备注")))


class Marks(Schema):
    items = fields.List(fields.Nested(Mark), required=True, validate=Length(max=MOST_LINES))


# -- what is taught, lacking and planned
taught = Resource(api, "/courses", _l("课程"), Course, (
    "name", "org_id", "subject", "form", "level", "tenths", "trainer", "venue", "central", "certificate", "retired_on",
    "summary"), reads=course_page, of="course", ledger="training.courses")
taught.create(courses.save_course, CourseForm, page="new_course")
taught.change(courses.save_course, CourseForm, page="edit_course", held=lambda course: {"first_ids": first_ids(course.id)})
taught.act("retire", courses.retire_course, page="retire_course", title=_l("停用课程"))

needs = Resource(api, "/needs", _l("培训需求"), Need, (
    "year", "org_id", "subject", "title", "detail", "source", "audience", "head_count", "state", "course_id", "met_on"),
    needs="training.need.read", ledger="training.needs")
needs.create(courses.raise_need, NeedForm, page="new_need")

plan = Resource(api, "/plan", _l("年度计划条目"), PlanItem, (
    "year", "month", "org_id", "course_id", "audience", "times", "head_count", "note"), reads=plan_item, ledger="training.plan")
plan.create(courses.save_plan_item, PlanForm, page="new_plan")
plan.change(courses.save_plan_item, PlanForm, page="edit_plan")
plan.act("", courses.drop_plan_item, method="DELETE", page="drop_plan", title=_l("从计划中删去"))

# -- classes
classes = Resource(api, "/sessions", _l("班次"), ClassSession, (
    "number", "title", "org_id", "course_id", "plan_item_id", "make_up_of_id", "on", "ends_on", "from_minute", "to_minute",
    "tenths", "venue", "trainer", "trainer_id", "capacity", "enrol_until", "audience", "state", "expected", "bulletin_id",
    "marked_by", "confirmed_by", "confirmed_on", "note"), reads=session_page, of="event", ledger="training.sessions")
classes.create(sessions.plan_session, Planned, page="new_session")
classes.create(sessions.record_past, Planned, below="/sessions/past", name="past", page="record_past", title=_l("补登班次"))
classes.create(sessions.make_up, SessionChange, below="/sessions/<int:record_id>/make-up", name="make_up", page="make_up",
               title=_l("安排补课"))
classes.change(sessions.update_session, SessionChange, page="edit_session")
classes.act("enrol", enrolment.enrol_people, Enrolled, page="enrol", title=_l("报名"))
classes.act("walk-in", attendance.add_walk_ins, WalkIn, page="walk_in", title=_l("现场补录"))
act(api, "POST", "/seats/<int:record_id>/cancel", enrolment.cancel, page="cancel_seat", title=_l("取消报名"))
act(api, "POST", "/seats/<int:record_id>/strike", attendance.strike, page="strike", title=_l("移出签到表"))


@api.post("/sessions/<int:record_id>/enrol-all", needs=sessions.MANAGE, title=_l("应参加人员全部列入"), page="enrol_all",
          answers=told(seated={"type": "integer"}, waiting={"type": "integer"}))
def enrol_all(record_id: int) -> dict[str, int]:
    seated, waiting = enrolment.enrol_all(ctx(), record_id)
    return {"seated": seated, "waiting": waiting}


@api.post("/sessions/<int:record_id>/attendance", needs=sessions.MANAGE, title=_l("登记签到"), takes=Marks, answers=OUTCOME,
          versioned=True, page="attendance_sheet", note=_l("席位的编号见 GET /ledgers/training.attendance"))
def mark(record_id: int, data: dict[str, Any], version: int | None) -> Any:
    marks = [attendance.Mark(one["seat_id"], one["attendance"], one.get("hours"), one["note"]) for one in data["items"]]
    try:
        return outcome(attendance.mark(ctx(), record_id, marks=marks, version=version))
    except Invalid as refused:
        raise Invalid({"items": [said for texts in refused.errors.values() for said in texts]}, refused.message) from None


@api.get("/sessions/<int:record_id>/sheet.xlsx", needs=sessions.MANAGE, title=_l("签到表（Excel）"))
def sheet(record_id: int) -> Any:
    event = managed(record_id)
    return attachment(sheet_workbook(session_page(ctx(), record_id)), f"{event.number}.xlsx")


# -- certificates
papers = Resource(api, "/certificates", _l("证书"), Certificate, (
    "number", "session_id", "person_id", "person_name", "tenths", "issued_on", "issued_by", "revoked_on", "revoked_by",
    "revoke_reason"), reads=certificate_page, of="certificate", ledger="training.certificates")
papers.act("revoke", certificates.revoke, Revoked, page="revoke_certificate", title=_l("撤销证书"))
papers.act("reissue", certificates.reissue, page="reissue_certificate", title=_l("重新核发证书"))


@api.get("/certificates/<int:record_id>/pdf", needs=SIGNED_IN, title=_l("证书（PDF）"))
def certificate_file(record_id: int) -> Any:
    page = certificate_for_reader(ctx(), record_id)
    try:
        data = pdf_of(page)
    except NoFont:
        raise Conflict(no_font()) from None
    return attachment(data, f"{page.certificate.number}.pdf", PDF)
