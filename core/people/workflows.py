"""The round of registry maintenance as a state machine, and the reminders of terms that end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import select

from core.base.i18n import _, _l
from core.plugin import Reminder, State, Workflow, step
from core.rules import add_months, rule
from core.service import Context

from .models import OrgUnit, RegistryCheck
from .services.checks import left_to_confirm, note_approved, note_confirmed, note_sent_back
from .words import LIVING_STATUS, PARTY_ORGS


def _all_confirmed(ctx: Context, check: RegistryCheck, data: dict[str, Any]) -> list[Any]:
    left = left_to_confirm(check)
    return [_("还有 %(n)s 名党员没有核对，请先逐一核对。", n=left)] if left else []


def _another_person(ctx: Context, check: RegistryCheck, data: dict[str, Any]) -> list[Any]:
    same = ctx.actor.id is not None and ctx.actor.id == check.confirmed_by
    return [_("支部确认和上级审核不能是同一个人。")] if same else []


def _label(check: RegistryCheck) -> str:
    return f"{check.org.short_name} {check.opened_on.isoformat()}"          # kept with items: the same in every language


registry_check = Workflow(
    name="people.registry_check", title=_l("党员信息核验"), model=RegistryCheck, initial="due", label=_label,
    opens="people.check", permission="people.person.read",
    states=(
        State("due", _l("待支部核对"), "warn"),
        State("confirmed", _l("待上级审核"), "info"),
        State("approved", _l("已审核"), "ok", final=True),
    ),
    steps=(
        step("confirm", _l("报送审核"), "due", "confirmed", may="people.check.confirm", due="people.registry_check_within",
             check=_all_confirmed, effect=lambda ctx, check, data: note_confirmed(ctx, check), primary=True),
        step("approve", _l("审核通过"), "confirmed", "approved", may="people.check.approve", due="people.registry_approve_within",
             check=_another_person, effect=lambda ctx, check, data: note_approved(ctx, check), review=True, primary=True),
        step("send_back", _l("退回重核"), "confirmed", "due", may="people.check.approve", reason="required", back=True,
             effect=lambda ctx, check, data: note_sent_back(ctx, check)),
    ),
)


def _ending_terms(stage: int) -> Callable[[Context], Any]:
    """Units whose term ends, as long as the next reminder has not taken over from the one of this stage."""

    def rows(ctx: Context) -> Any:
        later = rule("people.term_reminders").value[stage + 1:stage + 2]
        wanted = (select(OrgUnit.id.label("record_id"), OrgUnit.path.label("org_path"), OrgUnit.short_name.label("subject"),
                         OrgUnit.term_end.label("since"))
                  .where(OrgUnit.term_end.is_not(None), OrgUnit.kind.in_(PARTY_ORGS), OrgUnit.status.in_(LIVING_STATUS)))
        return wanted.where(OrgUnit.term_end > add_months(ctx.today(), later[0])) if later else wanted

    return rows


def _term_reminder(name: str, title: Any, stage: int) -> Reminder:
    return Reminder(name=f"people.{name}", title=title, permission="people.org.manage", rows=_ending_terms(stage),
                    opens="people.org", ahead="people.term_reminders", stage=stage, record_kind="org_unit")


term_ending = _term_reminder("term_ending", _l("任期即将届满，请准备换届"), 0)
term_near = _term_reminder("term_near", _l("任期临近届满，请报批换届请示"), 1)
term_last = _term_reminder("term_last", _l("任期最后一个月，请确定选举日期"), 2)
