"""What was done: contacts, searches, sign-in sheets. Headings in the order of domain.md §2.19."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from core.base.i18n import _l
from core.people.models import OrgUnit, Person
from core.plugin import A4, Action, Filter, Ledger, View, col

from .. import conditions as when
from ..models import ContactLog, Gathering, GatheringAttendance, LossSearch, MobileRecord
from ..words import MEANS, OUTCOME_TONES, OUTCOMES
from .stays import BOTH_SIDES, BRANCH, EXPORT, GROUP, READ, REGION, STATE, UNDER_HOME, Home


def words(codes: str | None) -> str:
    """Codes of means with commas between -> their words."""
    return "、".join(str(MEANS.get(code, code)) for code in codes.split(",")) if codes else ""


def under_record(rows: Any) -> Any:
    """Rows of a log with their record, the member and the home branch."""
    return rows.join(MobileRecord.person).outerjoin(MobileRecord.home.of_type(Home))


NAME = col("name", _l("流动党员"), Person.name, search=True, opens="liaison.record", key=MobileRecord.id, width=10)

contacts = Ledger(
    name="liaison.contacts", title=_l("流动党员联系记录"), permission=READ, export=EXPORT, paper=A4.portrait, icon="telephone",
    rows=under_record(select(ContactLog).join(ContactLog.record)), key=ContactLog.id, scope=BOTH_SIDES,
    columns=(
        col("on", _l("日期"), ContactLog.on, filter=True, width=11),
        NAME,
        col("by_name", _l("联系人"), ContactLog.by_name, search=True, width=10),
        col("means", _l("方式"), ContactLog.means, choices=MEANS, filter=True, width=10),
        col("outcome", _l("结果"), ContactLog.outcome, choices=OUTCOMES, tones=OUTCOME_TONES, filter=True, width=10),
        col("needs", _l("反映的需求"), ContactLog.needs, search=True, width=24),
        col("follow_up", _l("办理情况"), ContactLog.follow_up, width=24),
        BRANCH,
    ),
    filters=(UNDER_HOME, Filter(name="with_needs", label=_l("有需求"), kind="flag", where=lambda ctx: ContactLog.needs != ""),
             Filter(name="this_year", label=_l("本年"), kind="flag", where=lambda ctx: when.this_year(ContactLog.on, ctx))),
    views=(View(name="needs", label=_l("有需求"), query={"with_needs": "1"}),
           View(name="failed", label=_l("未联系上"), query={"outcome": "no_answer"})),
    order=("-on",), rank=30, group=GROUP,
)
searches = Ledger(
    name="liaison.searches", title=_l("失联党员查找台账"), permission=READ, export=EXPORT, paper=A4.landscape, icon="search",
    rows=under_record(select(LossSearch).join(LossSearch.record)), key=LossSearch.id, scope=BOTH_SIDES,
    columns=(
        NAME, BRANCH, REGION,
        col("contact_from", _l("最后联系日期"), MobileRecord.contact_from, width=12),
        col("started_on", _l("查找开始"), LossSearch.started_on, filter=True, width=11),
        col("ended_on", _l("查找结束"), LossSearch.ended_on, width=11),
        col("means", _l("查找方式"), LossSearch.means, show=words, width=16),
        col("asked", _l("向谁了解"), LossSearch.asked, width=18),
        col("evidence", _l("查找依据和结果"), LossSearch.evidence, width=24),
        col("meeting_no", _l("会议编号"), LossSearch.meeting_no, width=14),
        col("by_name", _l("登记人"), LossSearch.by_name, priority=2, width=10),
        col("lost_on", _l("确认失联日期"), MobileRecord.lost_on, filter=True, width=12),
        STATE,
    ),
    filters=(UNDER_HOME,), views=(View(name="lost", label=_l("已确认失联"), query={"state": "lost_contact"}),),
    order=("-started_on",), rank=60, group=GROUP,
)
attendance = Ledger(
    name="liaison.attendance", title=_l("集中返乡教育签到"), permission=READ, export=EXPORT, paper=A4.portrait,
    rows=select(GatheringAttendance).join(GatheringAttendance.gathering).join(GatheringAttendance.person).join(Person.org)
    .outerjoin(MobileRecord, (MobileRecord.tenant_id == GatheringAttendance.tenant_id)
               & (MobileRecord.id == GatheringAttendance.record_id)),
    key=GatheringAttendance.id, scope=(Gathering.org_path,),
    columns=(
        col("on", _l("日期"), Gathering.on, filter=True, width=11),
        col("title", _l("主题"), Gathering.title, search=True, opens="liaison.gathering", key=Gathering.id, width=22),
        col("name", _l("姓名"), Person.name, search=True, width=10),
        col("branch", _l("所在党支部"), OrgUnit.short_name, width=18),
        col("region", _l("流向（省市县）"), func.coalesce(MobileRecord.region, ""), width=18),
        col("present", _l("到场"), GatheringAttendance.present, filter=True, width=8),
        col("minutes", _l("时长（分钟）"), Gathering.minutes, align="end", width=10),
        col("place", _l("地点"), Gathering.place, priority=2, width=16),
        col("confirmed_on", _l("确认日期"), Gathering.confirmed_on, priority=2, width=11),
    ),
    filters=(Filter(name="under", label=_l("组织单位"), kind="org", source=Gathering.org_path),), order=("-on", "name"), rank=70,
    group=GROUP, icon="mortarboard",
    views=(View(name="present", label=_l("已到场"), query={"present": "1"}),),
    actions=(Action(_l("新建教育活动"), "liaison.new_gathering", "liaison.education.manage", icon="plus-lg", primary=True),),
    empty=_l("还没有集中返乡教育活动。新建后可以打印签到表，也可以粘贴签到名单。"),
)
