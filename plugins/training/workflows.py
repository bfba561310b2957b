"""The way of a need and of a session. Deadlines come from rules.toml."""

from __future__ import annotations

from core.base.i18n import _l
from core.plugin import State, Workflow, elapsed, step

from . import effects
from .models import ClassSession, Need
from .schemas.course import NeedPlanned
from .schemas.session import Announced
from .words import AHEAD, COUNTED, HELD

PLAN, MANAGE, CONFIRM = "training.plan.manage", "training.session.manage", "training.hours.confirm"

need = Workflow(
    name="training.need", title=_l("培训需求"), model=Need, initial="raised", permission="training.need.read",
    label=lambda record: record.title,
    states=(State("raised", _l("已提出"), "warn"), State("planned", _l("已列入计划"), "info"),
            State("met", _l("已满足"), "ok", final=True), State("dropped", _l("不再需要"), "mute", final=True)),
    steps=(
        step("plan", _l("安排课程"), "raised", "planned", may=PLAN, schema=NeedPlanned, needs=("course_id",), todo=True,
             primary=True,
             effect=effects.plan_need),
        step("meet", _l("已满足"), "planned", "met", may=PLAN, effect=effects.meet_need),
        step("drop", _l("不再需要"), ("raised", "planned"), "dropped", may=PLAN, reason="required", tone="danger"),
    ),
)
class_session = Workflow(
    name="training.session", title=_l("培训班次"), model=ClassSession, initial="draft", permission="training.session.read",
    opens="training.session", label=lambda record: f"{record.number} {record.title}",
    states=(State("draft", _l("草拟"), "mute"), State("announced", _l("已预告"), "info"),
            State("enrolling", _l("报名中"), "info"),
            State("held", _l("已举办"), "warn"), State("attendance_submitted", _l("待确认学时"), "warn"),
            State("hours_confirmed", _l("学时已确认"), "ok"), State("closed", _l("已归档"), "mute"),
            State("called_off", _l("已取消"), "mute", final=True)),
    steps=(
        step("announce", _l("发布预告"), "draft", "announced", may=MANAGE, schema=Announced, needs=("text", "until"),
             primary=True,
             check=effects.shows_audience, effect=effects.announce),
        step("open", _l("开始报名"), "announced", "enrolling", may=MANAGE, primary=True, check=effects.still_ahead),
        step("hold", _l("已举办"), ("announced", "enrolling"), "held", may=MANAGE, check=effects.not_before),
        step("submit", _l("上报签到"), "held", "attendance_submitted", may=MANAGE, primary=True, due="training.submit_within",
             check=effects.sheet_complete, effect=effects.submit),
        step("send_back", _l("退回修改"), "attendance_submitted", "held", may=CONFIRM, at="confirm_path", reason="required",
             back=True),
        step("confirm", _l("确认学时"), "attendance_submitted", "hours_confirmed", may=CONFIRM, at="confirm_path", review=True,
             primary=True, due="training.confirm_within", check=effects.somebody_else, effect=effects.confirm),
        step("close", _l("归档"), "hours_confirmed", "closed", when=elapsed("confirmed_on", "training.close_after")),
        step("reopen", _l("重新打开更正"), COUNTED, "held", may=CONFIRM, at="confirm_path", reason="required", tone="danger",
             back=True, effect=effects.reopen),
        step("call_off", _l("取消班次"), (*AHEAD, HELD), "called_off", may=MANAGE, reason="required", tone="danger",
             effect=effects.call_off),
    ),
)
