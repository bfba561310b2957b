"""What the pages of persons and organisations, the calendar and the data print ask of the module."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from flask import url_for
from sqlalchemy import func, select

from core.base.db import session
from core.base.i18n import _
from core.people.models import OrgUnit
from core.people.tree import within
from core.plugin import CalendarEntry, HeldData, TimelineEntry
from core.rules import rule
from core.service import Context, service
from core.work import engine

from ..conditions import open_now, overdue
from ..models import AnnualReview, ContactLog, Gathering, GatheringAttendance, LossSearch, MobileRecord, ServiceLog, Station
from ..words import MEANS, OUTCOMES
from ..workflows import mobile_record

READ = "liaison.record.read"
MOST = 20


@service(READ, writes=False)
def stays_of(ctx: Context, person_id: int) -> list[MobileRecord]:
    """The person's records within the reader's reach, latest first."""
    return list(session().scalars(select(MobileRecord).where(MobileRecord.person_id == person_id)
                                  .order_by(MobileRecord.since.desc()).limit(MOST)))


@service(READ, writes=False)
def unit_figures(ctx: Context, unit: OrgUnit) -> dict[str, Any]:
    """Members away and taken in below a unit, overdue contacts, open stations; one statement each."""
    away = within(MobileRecord.org_path, unit.path)

    def number(*where: Any) -> int:
        return session().scalar(select(func.count(MobileRecord.id)).where(*where)) or 0

    stations = session().scalars(select(Station).where(within(Station.org_path, unit.path), Station.closed_on.is_(None))
                                 .order_by(Station.name).limit(MOST)).all()
    return {"unit": unit, "stations": stations, "away": number(away, open_now(), MobileRecord.direction == "outflow"),
            "late": number(away, overdue(ctx)), "here": number(within(MobileRecord.receiving_path, unit.path), open_now())}


@service(READ, writes=False)
def timeline_of(ctx: Context, person_id: int) -> list[TimelineEntry]:
    """Steps and contacts in plain words; what the member asked for stays on the record's page."""
    stays, found = stays_of(ctx, person_id), []
    if not stays:
        return found
    steps, contacts = engine.histories(mobile_record, stays), _of(ContactLog, stays)
    for record in stays:
        url = url_for("liaison.record", record_id=record.id)
        for one in steps[record.id]:
            state = mobile_record.choices().get(one.to_state, one.to_state)
            found.append(TimelineEntry(one.happened_on, _("流动党员：%(state)s", state=state), _("流动"), url))
        found += [TimelineEntry(row.on, _("%(by)s 联系（%(how)s）：%(what)s", by=row.by_name, how=MEANS[row.means],
                                          what=OUTCOMES[row.outcome]), _("联系"), url)
                  for row in sorted(contacts[record.id], key=lambda row: row.on, reverse=True)[:MOST]]
    return found


@service(READ, writes=False)
def dates_between(ctx: Context, start: dt.date, end: dt.date) -> list[CalendarEntry]:
    held = session().scalars(select(Gathering).where(Gathering.on >= start, Gathering.on <= end).limit(MOST * 10))
    found = [CalendarEntry(row.on, _("集中返乡教育：%(title)s", title=row.title),
                           url_for("liaison.gathering", gathering_id=row.id),
                           rule("liaison.return_home_day").source, feed=True) for row in held]
    back = session().scalars(select(MobileRecord).where(
        open_now(), MobileRecord.expected_return >= start, MobileRecord.expected_return <= end).limit(MOST * 10))
    return found + [CalendarEntry(row.expected_return, _("预计返回：%(name)s", name=row.person_name),
                                  url_for("liaison.record", record_id=row.id)) for row in back if row.expected_return]


def held_about(ctx: Context, person_id: int) -> list[HeldData]:
    """Everything held about one person; called beyond the subtrees by whoever answers the person's request."""
    found = []
    records = session().scalars(select(MobileRecord).where(MobileRecord.person_id == person_id)
                                .order_by(MobileRecord.since)).all()
    contacts, services, reviews, searches = (_of(model, records) for model in (ContactLog, ServiceLog, AnnualReview, LossSearch))
    for record in records:
        rows: list[tuple[Any, Any]] = [
            (_("状态"), mobile_record.choices()[record.state]), (_("流出时间"), record.since.isoformat()),
            (_("流向（省市县）"), record.region), (_("流入地党组织"), record.receiving_org_name),
            (_("联系渠道"), record.channel), (_("流动党员活动证号"), record.activity_card_no), (_("备注"), record.note)]
        rows += [(_("联系 %(day)s", day=r.on.isoformat()), f"{OUTCOMES[r.outcome]} {r.needs} {r.follow_up}".strip())
                 for r in contacts[record.id]]
        rows += [(_("服务 %(day)s", day=r.on.isoformat()), f"{r.what} {r.result}".strip()) for r in services[record.id]]
        rows += [(_("%(year)s 年评议意见", year=r.year), r.opinion) for r in reviews[record.id]]
        rows += [(_("查找 %(day)s", day=r.started_on.isoformat()), r.evidence) for r in searches[record.id]]
        found.append(HeldData(_("流动党员登记"), tuple((label, text) for label, text in rows if text)))
    came = session().execute(select(Gathering.on, Gathering.title).join(GatheringAttendance.gathering).where(
        GatheringAttendance.person_id == person_id, GatheringAttendance.present.is_(True)).select_from(GatheringAttendance))
    if attended := tuple((row.on.isoformat(), row.title) for row in came):
        found.append(HeldData(_("集中返乡教育"), attended))
    return found


def _of(model: Any, records: Sequence[MobileRecord]) -> dict[int, list[Any]]:
    """The rows of each record, in one statement."""
    found: dict[int, list[Any]] = defaultdict(list)
    for row in session().scalars(select(model).where(model.record_id.in_([r.id for r in records])).order_by(model.id)):
        found[row.record_id].append(row)
    return found
