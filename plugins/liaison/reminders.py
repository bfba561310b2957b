"""Work that comes round with time: contacts, long stays, returns, yearly reviews, graduates, losses to confirm.

The dates come from rules.toml; whom they concern is asked of the records each day, so that nothing is reminded twice.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Select, case, func, select

from core.base.clock import SHANGHAI
from core.base.db import session
from core.base.i18n import _l
from core.people.models import OrgUnit
from core.plugin import Due, Reminder
from core.rules import rule
from core.service import Context

from .conditions import open_now
from .models import AnnualReview, Gathering, MobileRecord
from .workflows import mobile_record

CONTACT, REGISTER, RECORD = "liaison.contact.write", "liaison.record.register", "liaison.record"
AHEAD = "liaison.notice_ahead"
SEASON = dt.timedelta(days=60)          # a gathering this near to the day counts for it
GRADUATED = func.coalesce(MobileRecord.graduated_on, MobileRecord.since)
AWAY_FROM = case((MobileRecord.last_participation_on > MobileRecord.since, MobileRecord.last_participation_on),
                 else_=MobileRecord.since)          # taking part while away begins the time anew; before it, nothing counts
care_path = func.coalesce(MobileRecord.receiving_path, MobileRecord.org_path)


def due(since: Any, *where: Any, path: Any = MobileRecord.org_path) -> Select[Any]:
    """The columns a reminder reads."""
    return select(MobileRecord.id.label("record_id"), path.label("org_path"), MobileRecord.person_name.label("subject"),
                  since.label("since")).where(since.is_not(None), *where)


def contact_due(name: str, key: str, *where: Any) -> Reminder:
    """The next contact under one of the intervals."""
    return Reminder(
        name=f"liaison.{name}", title=_l("该联系流动党员了"), permission=CONTACT, opens=RECORD, rule=key, ahead=AHEAD,
        record_kind=mobile_record.name,
        rows=lambda ctx: due(MobileRecord.contact_from, MobileRecord.state == "active", *where, path=care_path))


contact = contact_due("contact_due", "liaison.contact_interval", MobileRecord.abroad.is_(False), MobileRecord.monthly.is_(False))
contact_monthly = contact_due("contact_due_monthly", "liaison.contact_interval_monthly", MobileRecord.abroad.is_(False),
                              MobileRecord.monthly.is_(True))
contact_abroad = contact_due("contact_due_abroad", "liaison.contact_interval_abroad", MobileRecord.abroad.is_(True))
long_away = Reminder(
    name="liaison.long_away", title=_l("外出将满规定时间，请核实并登记"), permission=REGISTER, opens=RECORD,
    rule="liaison.mobile_after", ahead=AHEAD, record_kind=mobile_record.name,
    rows=lambda ctx: due(AWAY_FROM, MobileRecord.state == "suspected"))
expected_back = Reminder(
    name="liaison.expected_back", title=_l("预计返回日期已到，请核实是否返乡"), permission=REGISTER, opens=RECORD,
    record_kind=mobile_record.name, rows=lambda ctx: due(MobileRecord.expected_return, open_now()))
graduates = Reminder(
    name="liaison.graduate_due", title=_l("毕业生保留组织关系将到期，请办理转接"), permission=REGISTER, opens=RECORD,
    rule="liaison.graduate_keep", ahead=AHEAD, record_kind=mobile_record.name,
    rows=lambda ctx: due(GRADUATED, open_now(), MobileRecord.graduate.is_(True)))
loss_to_confirm = Reminder(
    name="liaison.loss_to_confirm", title=_l("长期未联系上，请核对查找材料"), permission="liaison.search.confirm",
    opens=RECORD, rule="liaison.lost_after", record_kind=mobile_record.name,
    rows=lambda ctx: due(MobileRecord.contact_from, MobileRecord.state == "contact_overdue"))
suspension_due = Reminder(
    name="liaison.suspension_due", title=_l("失联已满规定时间，请研究处理意见（由党组织决定）"), opens=RECORD,
    permission="liaison.search.propose", rule="liaison.suspend_after", record_kind=mobile_record.name,
    rows=lambda ctx: due(MobileRecord.lost_on, MobileRecord.state == "lost_contact"))
removal_due = Reminder(
    name="liaison.removal_due", title=_l("停止党籍已满规定时间，请研究处理意见（由党组织决定）"), opens=RECORD,
    permission="liaison.decision.record", rule="liaison.remove_after", record_kind=mobile_record.name,
    rows=lambda ctx: due(MobileRecord.suspended_on, MobileRecord.state == "suspended"))


def reviews_due(ctx: Context) -> Iterable[Due]:
    """Stays of this year without the yearly opinion: due at the end of the year. One that was due last year is still owed."""
    this = ctx.today().year
    return [due for year in (this - 1, this) for due in _reviews_of(year)]


def _reviews_of(year: int) -> Iterable[Due]:
    """A stay that was not yet in the books when the year ended owes nothing for it."""
    done = select(AnnualReview.record_id).where(AnnualReview.year == year)
    entered = dt.datetime(year + 1, 1, 1, tzinfo=SHANGHAI)
    rows = select(MobileRecord.id, MobileRecord.org_path, MobileRecord.person_name).where(
        MobileRecord.direction == "outflow", open_now(), MobileRecord.since < dt.date(year, 7, 1), MobileRecord.id.not_in(done),
        MobileRecord.created_at < entered)
    return [Due(row[0], row[1], row[2], dt.date(year, 12, 31)) for row in session().execute(rows)]


def return_home_day(today: dt.date) -> dt.date:
    """The next return-home day (rule liaison.return_home_day), or the last one while its season lasts."""
    month, day = (int(part) for part in str(rule("liaison.return_home_day").value).split("-"))
    days = [dt.date(year, month, min(day, 28)) for year in (today.year - 1, today.year, today.year + 1)]
    return next(each for each in days if each + SEASON >= today)


def gatherings_due(ctx: Context) -> Iterable[Due]:
    """Branches with members away and no gathering of theirs (or of a unit above) around the return-home day."""
    day = return_home_day(ctx.today())
    held = list(session().scalars(select(Gathering.org_path).where(Gathering.on >= day - SEASON, Gathering.on <= day + SEASON)))
    rows = session().execute(select(OrgUnit.id, OrgUnit.path, OrgUnit.short_name).join(
        MobileRecord, (MobileRecord.tenant_id == OrgUnit.tenant_id) & (MobileRecord.home_org_id == OrgUnit.id))
        .where(open_now()).distinct())
    return [Due(row[0], row[1], row[2], day) for row in rows if not any(row[1].startswith(path) for path in held)]


review = Reminder(
    name="liaison.review_due", title=_l("请登记流动党员年度民主评议意见"), permission="liaison.review.write", opens=RECORD,
    ahead="liaison.review_ahead", record_kind=mobile_record.name, rows=reviews_due)
return_home = Reminder(
    name="liaison.return_home", title=_l("请安排集中返乡教育"), opens="liaison.plan_gathering",
    permission="liaison.education.manage", ahead="liaison.return_home_ahead", rows=gatherings_due)
