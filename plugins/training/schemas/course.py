"""Forms of courses, needs and the annual plan."""

from __future__ import annotations

from core.base.i18n import _l
from core.web.forms import Bool, Choice, Int, Length, LongText, Range, Ref, Refs, Schema, Text, ui

from ..words import AUDIENCES, LEVELS, NEED_SOURCES
from .fields import CreditHours, forms, next_year, subjects

WHAT, HOW, LADDER = _l("内容"), _l("形式"), _l("进阶")


def audiences() -> list[tuple[str, object]]:
    return list(AUDIENCES.items())


class CourseForm(Schema):
    """A course and its place on the ladder."""

    name = Text(required=True, validate=Length(max=80), metadata=ui(_l("课程名称"), group=WHAT, cols=6))
    org_id = Ref("org", required=True, metadata=ui(_l("开课单位"), group=WHAT, cols=6))
    subject = Choice(subjects, required=True, metadata=ui(_l("主题"), group=WHAT, cols=3))
    form = Choice(forms, required=True, metadata=ui(_l("形式"), group=WHAT, cols=3))
    tenths = CreditHours(required=True, metadata=ui(
        _l("学时"), group=WHAT, cols=3, help=_l("按现场签到计；线上自学填 0。")))
    trainer = Text(validate=Length(max=60), metadata=ui(_l("授课人"), group=HOW, cols=3))
    venue = Text(validate=Length(max=120), metadata=ui(_l("地点"), group=HOW, cols=6))
    central = Bool(load_default=True, metadata=ui(_l("算集中培训"), group=HOW, cols=3))
    certificate = Bool(load_default=False, metadata=ui(_l("发结业证书"), group=HOW, cols=3))
    level = Choice(lambda: list(LEVELS.items()), required=True, metadata=ui(_l("级别"), group=LADDER, cols=3))
    first_ids = Refs("training_course",
                     metadata=ui(_l("先修课程"), group=LADDER, cols=9, help=_l("没有先修课程学时的不能报名。")))
    summary = LongText(validate=Length(max=500), metadata=ui(_l("内容简介"), group=WHAT, cols=12, rows=2))


class NeedForm(Schema):
    """What is lacking: by survey of the branch or set by the superior."""

    year = Int(required=True, validate=Range(2000, next_year), metadata=ui(_l("年度"), cols=3))
    org_id = Ref("org", required=True, metadata=ui(_l("提出组织"), cols=6))
    source = Choice(lambda: list(NEED_SOURCES.items()), required=True, metadata=ui(_l("来源"), cols=3))
    subject = Choice(subjects, required=True, metadata=ui(_l("主题"), cols=3))
    title = Text(required=True, validate=Length(max=120), metadata=ui(
        _l("缺什么"), cols=9, help=_l("写一件具体的事，如“不会填写流动党员台账”。")))
    audience = Choice(audiences, required=True, metadata=ui(_l("谁需要"), cols=3))
    head_count = Int(validate=Range(1, 100_000), metadata=ui(_l("人数"), cols=3, help=_l("摸底得到的人数，不写姓名。")))
    detail = LongText(validate=Length(max=500), metadata=ui(_l("说明"), cols=12, rows=2))

    class Meta(Schema.Meta):
        fields = ("year", "org_id", "source", "subject", "title", "audience", "head_count", "detail")


class NeedPlanned(Schema):
    """Which course answers a need."""

    course_id = Ref("training_course", required=True, metadata=ui(_l("用哪门课程解决"), cols=6))


class PlanForm(Schema):
    """One line of the annual plan."""

    year = Int(required=True, validate=Range(2000, next_year), metadata=ui(_l("年度"), cols=3))
    month = Int(required=True, validate=Range(1, 12), metadata=ui(_l("月份"), cols=3))
    org_id = Ref("org", required=True, metadata=ui(_l("办班单位"), cols=6))
    course_id = Ref("training_course", required=True, metadata=ui(_l("课程"), cols=6))
    audience = Choice(audiences, required=True, metadata=ui(_l("培训对象"), cols=3))
    times = Int(load_default=1, validate=Range(1, 99), metadata=ui(_l("班次数"), cols=3))
    head_count = Int(validate=Range(1, 100_000), metadata=ui(_l("计划人数"), cols=3))
    note = Text(validate=Length(max=200), metadata=ui(_l("备注"), cols=9))
