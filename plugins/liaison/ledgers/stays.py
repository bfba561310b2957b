"""Members who went, came and returned. Headings in the order of domain.md §2.19."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from core.base.i18n import _, _l
from core.people.models import OrgUnit, Person
from core.people.words import GENDERS
from core.plugin import A4, Action, Filter, Ledger, View, col
from core.service import Context
from core.settings.dictionaries import labels

from .. import conditions as when
from ..models import MobileRecord
from ..words import DIRECTIONS
from ..workflows import mobile_record

Home, Receiving = aliased(OrgUnit), aliased(OrgUnit)
READ, EXPORT, GROUP = "liaison.record.read", "liaison.record.export", _l("流动党员")
BOTH_SIDES = (MobileRecord.org_path, MobileRecord.receiving_path)


def reasons(ctx: Context) -> dict[str, str]:
    return labels("liaison.reason")


def year_month(day: dt.date | None) -> str:
    return f"{day.year}.{day.month:02d}" if day else ""


def contact_late(row: Any, ctx: Context) -> bool:
    due = when.next_contact(row)
    return due is not None and due < ctx.today()


def transfer_note(row: Any, ctx: Context) -> str:
    """能否转接/未转原因 as one text."""
    if row.transferable is None:
        return ""
    return _("能转接") if row.transferable else _("暂不能：%(why)s", why=row.why_not)


def returned_on(row: Any, ctx: Context) -> str:
    return row.ended_on.isoformat() if row.ended_on and row.state == "returned" else ""


def named(unit: Any, outside: Any) -> Any:
    """Short name of a unit here, else the name written down for one elsewhere."""
    return func.coalesce(unit.short_name, outside)


RECORDS = (select(MobileRecord).join(MobileRecord.person)
           .outerjoin(MobileRecord.home.of_type(Home)).outerjoin(MobileRecord.receiving.of_type(Receiving)))
NAME = col("name", _l("姓名"), Person.name, search=True, opens="liaison.record", width=10)
GENDER = col("gender", _l("性别"), Person.gender, choices=GENDERS, width=6)
JOINED = col("joined_on", _l("入党时间"), Person.joined_on, show=year_month, priority=2, width=10)
BRANCH = col("branch", _l("所在党支部"), named(Home, MobileRecord.home_org_name), search=True, width=18)
DIRECTION = col("direction", _l("流动方向"), MobileRecord.direction, choices=DIRECTIONS, priority=2, width=8)
SINCE = col("since", _l("流出时间"), MobileRecord.since, filter=True, width=11)
REASON = col("reason", _l("流出原因"), MobileRecord.reason, choices=reasons, filter=True, width=10)
REGION = col("region", _l("流向（省市县）"), MobileRecord.region, search=True, width=18)
PLACE = col("receiving", _l("流入地党组织"), named(Receiving, MobileRecord.receiving_org_name), search=True, width=18)
WHO = col("contact_person", _l("联系人"), MobileRecord.contact_person, search=True, width=10)
LAST = col("last_contact_on", _l("最近联系日期"), MobileRecord.last_contact_on, filter=True, warn=contact_late, width=12)
PHONE = col("phone", _l("联系方式"), Person.phone_mask, mask="phone", search=True, priority=2, width=14)
TRANSFER = col("transfer", _l("能否转接/未转原因"), value=transfer_note, priority=3, width=18)
RETURNED = col("returned_on", _l("返回日期"), value=returned_on, priority=3, width=11)
NOTE = col("note", _l("备注"), MobileRecord.note, priority=3, width=14)
STATE = col("state", _l("状态"), MobileRecord.state, choices=mobile_record.choices(), tones=mobile_record.tones(), filter=True,
            width=10)
MORE = (
    STATE,
    col("expected_return", _l("预计返回日期"), MobileRecord.expected_return, filter=True, hidden=True),
    col("channel", _l("联系渠道"), MobileRecord.channel, hidden=True, width=16),
    col("last_participation_on", _l("最近参加活动"), MobileRecord.last_participation_on, filter=True, hidden=True),
    col("abroad", _l("出国（境）"), MobileRecord.abroad, filter=True, hidden=True),
    col("monthly", _l("每月联系"), MobileRecord.monthly, hidden=True),
    col("graduate", _l("高校毕业生"), MobileRecord.graduate, filter=True, hidden=True),
    col("transferable", _l("能转接"), MobileRecord.transferable, filter=True, hidden=True),
    col("why_not", _l("未转原因"), MobileRecord.why_not_transferred, hidden=True),
    col("contact_from", _l("联系起算日"), MobileRecord.contact_from, hidden=True),
    col("ended_on", _l("结束日期"), MobileRecord.ended_on, filter=True, hidden=True),
)
DUE = Filter(name="due", label=_l("待联系"), kind="flag", where=when.due_soon)
LATE = Filter(name="late", label=_l("联系逾期"), kind="flag", where=when.overdue)
OPEN = Filter(name="open", label=_l("未结束"), kind="flag", where=lambda ctx: when.open_now())
BACK = Filter(name="back_late", label=_l("到期未归"), kind="flag", where=when.back_late)
UNDER_HOME = Filter(name="under", label=_l("所属组织"), kind="org", source=MobileRecord.org_path)
UNDER_RECEIVING = Filter(name="under", label=_l("所属组织"), kind="org", source=MobileRecord.receiving_path)
VIEWS = (View(name="open", label=_l("在外"), query={"open": "1"}),
         View(name="due", label=_l("待联系"), query={"due": "1"}),
         View(name="late", label=_l("逾期"), query={"late": "1"}),
         View(name="lost", label=_l("失联"), query={"state": "lost_contact"}))
CALL_MANY = (Action(_l("登记联系"), "liaison.contact_many", "liaison.contact.write", icon="telephone"),)

outflow = Ledger(
    name="liaison.outflow", title=_l("流出党员台账"), permission=READ, export=EXPORT, paper=A4.landscape, icon="box-arrow-right",
    rows=RECORDS.where(MobileRecord.direction == "outflow"), key=MobileRecord.id, scope=(MobileRecord.org_path,),
    opens="liaison.record", columns=(NAME, GENDER, JOINED, BRANCH, DIRECTION, SINCE, REASON, REGION, PLACE, WHO, LAST, PHONE,
                                     TRANSFER, RETURNED, NOTE, *MORE),
    filters=(UNDER_HOME, OPEN, DUE, LATE, BACK), views=VIEWS, order=("-since", "name"), imports="liaison.outflow",
    bulk=CALL_MANY, rank=10, group=GROUP,
    actions=(Action(_l("登记流出"), "liaison.new_outflow", "liaison.record.register", icon="plus-lg", primary=True),),
    empty=_l("还没有流出党员。可以逐个登记，也可以下载模板，把现有台账整表导入。"),
)
inflow = Ledger(
    name="liaison.inflow", title=_l("流入党员台账"), permission=READ, export=EXPORT, paper=A4.landscape,
    rows=RECORDS.where(MobileRecord.receiving_path.is_not(None), MobileRecord.state != "suspected"), key=MobileRecord.id,
    scope=(MobileRecord.receiving_path,), opens="liaison.record",
    columns=(NAME, GENDER, JOINED, BRANCH, col("since", _l("流入时间"), MobileRecord.since, filter=True, width=11),
             col("reason", _l("流动原因"), MobileRecord.reason, choices=reasons, filter=True, width=10),
             col("receiving", _l("编入党支部"), Receiving.short_name, search=True, width=18), WHO, LAST, PHONE,
             col("ended_on", _l("离开日期"), MobileRecord.ended_on, filter=True, width=11), NOTE, *MORE[:-1], DIRECTION),
    filters=(UNDER_RECEIVING, OPEN, DUE, LATE),
    views=(View(name="waiting", label=_l("待接收"), query={"state": "notified"}), *VIEWS[:3]), order=("-since", "name"),
    bulk=CALL_MANY, rank=20, group=GROUP, icon="box-arrow-in-right",
    actions=(Action(_l("登记流入"), "liaison.new_inflow", "liaison.record.register", icon="plus-lg", primary=True),),
    empty=_l("还没有流入党员。外地党组织介绍来的党员，可在这里登记并编入支部。"),
)
returned = Ledger(
    name="liaison.returned", title=_l("返乡党员报到"), permission=READ, export=EXPORT, paper=A4.landscape, icon="house-door",
    rows=RECORDS.where(MobileRecord.state == "returned", MobileRecord.direction == "outflow"), key=MobileRecord.id,
    scope=(MobileRecord.org_path,), opens="liaison.record",
    columns=(NAME, GENDER, BRANCH, SINCE, REASON, REGION, PLACE,
             col("ended_on", _l("返回日期"), MobileRecord.ended_on, filter=True, width=11),
             col("note", _l("返乡报到情况"), MobileRecord.note, width=24), PHONE),
    filters=(UNDER_HOME,), order=("-ended_on", "name"), rank=50, group=GROUP,
)
