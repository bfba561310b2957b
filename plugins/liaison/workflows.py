"""The states of a mobile member's record and the steps between them. Deadlines come from rules.toml."""

from __future__ import annotations

from core.base.i18n import _l
from core.plugin import State, Workflow, elapsed, step

from . import effects
from .models import MobileRecord
from .schemas.contact import Contacted
from .schemas.steps import (
    Acknowledged,
    Decided,
    LossConfirmed,
    Notified,
    Received,
    Registered,
    Relocated,
    Returned,
    Transferred,
)
from .words import BEFORE_CARE, OPEN, RECEIVED, UNDER_CARE

REGISTER, RECEIVE, CONTACT = "liaison.record.register", "liaison.record.receive", "liaison.contact.write"
CONFIRM, DECIDE = "liaison.search.confirm", "liaison.decision.record"
FOUR = ("since", "reason_code", "region", "contact_person")
BY_WHOM = ("decided_by", "meeting_no", "approval_no")
REGISTERED = (*BEFORE_CARE[1:], *UNDER_CARE)

mobile_record = Workflow(
    name="liaison.mobile_record", title=_l("流动党员"), model=MobileRecord, initial="suspected",
    label=lambda record: record.person_name, permission="liaison.record.read", opens="liaison.record",
    states=(
        State("suspected", _l("暂时外出"), "mute"),
        State("registered", _l("已登记"), "info"),
        State("notified", _l("已通知流入地"), "info"),
        State("received", _l("已接收"), "info"),
        State("active", _l("正常联系"), "ok"),
        State("contact_overdue", _l("联系逾期"), "warn"),
        State("lost_contact", _l("失去联系"), "err"),
        State("suspended", _l("停止党籍"), "err"),
        State("removed", _l("已除名"), "mute", final=True),
        State("returned", _l("已返回"), "mute", final=True),
        State("transferred", _l("组织关系已转"), "mute", final=True),
        State("closed", _l("已终止"), "mute", final=True),
    ),
    steps=(
        step("register", _l("登记为流动党员"), "suspected", "registered", may=REGISTER, schema=Registered, primary=True,
             needs=FOUR, effect=effects.register),
        step("notify", _l("通知流入地"), "registered", "notified", may="liaison.record.notify", schema=Notified, primary=True,
             due="liaison.notify_within", effect=effects.notify),
        step("keep", _l("由原支部直接联系"), "registered", "active", may=REGISTER, reason="required", effect=effects.keep),
        step("receive", _l("确认接收"), "notified", "received", may=RECEIVE, at="receiving_path", schema=Received, primary=True,
             needs=("receiving_org_id", "contact_person"), due="liaison.receive_within", effect=effects.receive),
        step("refuse", _l("退回"), "notified", "registered", may=RECEIVE, at="receiving_path", reason="required", back=True,
             effect=effects.refuse),
        step("acknowledge", _l("登记外地回函"), "notified", "received", may=REGISTER, schema=Acknowledged, needs=("reply_no",),
             check=effects.only_outside, effect=effects.acknowledge),
        step("begin", _l("完成首次联系"), "received", "active", may=CONTACT, at="care_path", schema=Contacted, primary=True,
             needs=("means",), due="liaison.first_contact_within", effect=effects.contacted),
        step("fall_due", _l("到期未联系"), "active", "contact_overdue", check=effects.not_abroad_or_monthly,
             when=elapsed("contact_from", "liaison.contact_interval", missed=True)),
        step("fall_due_monthly", _l("到期未联系"), "active", "contact_overdue", check=effects.only_monthly,
             when=elapsed("contact_from", "liaison.contact_interval_monthly", missed=True)),
        step("fall_due_abroad", _l("到期未联系"), "active", "contact_overdue", check=effects.only_abroad,
             when=elapsed("contact_from", "liaison.contact_interval_abroad", missed=True)),
        step("reach", _l("补上联系"), "contact_overdue", "active", may=CONTACT, at="care_path", schema=Contacted, primary=True,
             needs=("means",), todo=True, effect=effects.contacted),
        step("confirm_lost", _l("确认失联"), "contact_overdue", "lost_contact", may=CONFIRM, schema=LossConfirmed,
             needs=("document_no",), check=effects.loss_proven, effect=effects.confirm_lost),
        step("find", _l("重新联系上"), "lost_contact", "active", may=CONTACT, at="care_path", schema=Contacted, primary=True,
             needs=("means",), effect=effects.found),
        step("suspend", _l("登记停止党籍决定"), "lost_contact", "suspended", may=DECIDE, schema=Decided, needs=BY_WHOM,
             reason="required", check=effects.here_and_due, effect=effects.suspend),
        step("remove", _l("登记除名决定"), ("lost_contact", "suspended"), "removed", may=DECIDE, schema=Decided, needs=BY_WHOM,
             reason="required", check=effects.here_and_due, effect=effects.remove),
        step("restore", _l("登记恢复党籍决定"), "suspended", "active", may=DECIDE, schema=Decided, needs=BY_WHOM,
             reason="required", effect=effects.restore),
        step("relocate", _l("转往别处"), RECEIVED, "registered", may=REGISTER, schema=Relocated, needs=("region",),
             check=effects.only_outflow, effect=effects.relocate),
        step("give_back", _l("返乡报到"), (*BEFORE_CARE, *UNDER_CARE, "lost_contact"), "returned", may=REGISTER, schema=Returned,
             effect=effects.give_back),
        step("hand_over", _l("组织关系已转出"), (*REGISTERED, "lost_contact"), "transferred", may=REGISTER, schema=Transferred,
             check=effects.still_here, effect=effects.hand_over),
        step("close", _l("终止登记"), OPEN, "closed", may=REGISTER, reason="required", tone="danger", effect=effects.close),
    ),
)
