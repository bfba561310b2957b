"""Forms of sessions and their steps."""

from __future__ import annotations

from core.base.i18n import _l
from core.web.forms import Choice, Choices, Date, Int, Length, LongText, Range, Ref, Refs, Schema, Text, Time, ui

from ..words import ATTENDANCE
from .course import audiences
from .fields import CreditHours

WHAT, WHEN, WHO = _l("班次"), _l("时间地点"), _l("参训对象")


class SessionChange(Schema):
    """What may be changed about a class until its sheet is handed in. What is left blank comes from the course."""

    title = Text(validate=Length(max=80), metadata=ui(_l("班次名称"), group=WHAT, cols=6, help=_l("不填就用课程名称。")))
    tenths = CreditHours(metadata=ui(_l("全程学时"), group=WHAT, cols=3, help=_l("不填就用课程的学时。")))
    on = Date(required=True, metadata=ui(_l("开始日期"), group=WHEN, cols=3))
    ends_on = Date(metadata=ui(_l("结束日期"), group=WHEN, cols=3, help=_l("一天的不用填。")))
    begins = Time(required=True, metadata=ui(_l("每天开始"), group=WHEN, cols=3))
    ends = Time(required=True, metadata=ui(_l("每天结束"), group=WHEN, cols=3))
    venue = Text(validate=Length(max=120), metadata=ui(_l("地点"), group=WHEN, cols=6))
    trainer = Text(validate=Length(max=60), metadata=ui(_l("授课人"), group=WHEN, cols=3))
    trainer_id = Ref("person", metadata=ui(_l("授课人是本地人员时选择"), group=WHEN, cols=3, help=_l("授课人不计学员学时。")))
    audience = Choices(audiences, required=True, metadata=ui(_l("应参加人员"), group=WHO, cols=12))
    capacity = Int(validate=Range(1, 5000), metadata=ui(_l("名额"), group=WHO, cols=3, help=_l("不填不限；报满后进入候补。")))
    enrol_until = Date(metadata=ui(_l("报名截止"), group=WHO, cols=3))
    note = Text(validate=Length(max=300), metadata=ui(_l("备注"), group=WHO, cols=6))


class SessionForm(SessionChange):
    """A class to be held."""

    course_id = Ref("training_course", required=True, metadata=ui(_l("课程"), group=WHAT, cols=6))
    org_id = Ref("org", required=True, metadata=ui(_l("办班单位"), group=WHAT, cols=6))

    class Meta(Schema.Meta):
        fields = ("course_id", "org_id", "title", "tenths", "on", "ends_on", "begins", "ends", "venue", "trainer", "trainer_id",
                  "audience", "capacity", "enrol_until", "note")


class Announced(Schema):
    """The announcement as it hangs on the notice board."""

    text = LongText(required=True, validate=Length(max=2000), metadata=ui(
        _l("公告正文"), cols=12, rows=6, help=_l("张贴在公开栏，不写个人姓名和电话。")))
    until = Date(required=True, metadata=ui(_l("张贴到"), cols=3))


class Enrolled(Schema):
    """Whom a branch or the organiser puts down."""

    person_ids = Refs("person", required=True, metadata=ui(_l("报名人员"), cols=12, help=_l("输入姓名或拼音首字母。")))


class WalkIn(Schema):
    """Somebody who came without having been enrolled."""

    person_ids = Refs("person", required=True, metadata=ui(_l("现场补录"), cols=8))
    attendance = Choice(lambda: [(code, ATTENDANCE[code]) for code in ("present", "partial")], load_default="present",
                        metadata=ui(_l("出席"), cols=2))
    hours = CreditHours(metadata=ui(_l("学时"), cols=2, help=_l("部分出席的填实际学时。")))


class Revoked(Schema):
    """Why a certificate no longer holds."""

    reason = Text(required=True, validate=Length(max=200), metadata=ui(_l("撤销原因"), cols=12))
