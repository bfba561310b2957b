"""Conditions that ledgers, indicators, reminders and pages share: who is open, who is due, who is lost."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, and_, case, func, or_, select
from sqlalchemy.orm import aliased

from core.people.models import OrgUnit
from core.rules import due_date, rule
from core.service import Context

from .models import MobileRecord, ServiceLog, Station
from .words import BEFORE_CARE, OPEN, RECEIVED, UNDER_CARE

INTERVALS = ("liaison.contact_interval_abroad", "liaison.contact_interval_monthly", "liaison.contact_interval")
NOTICE = "liaison.notice_ahead"
DAY = dt.timedelta(days=1)


def ago(key: str, today: dt.date) -> dt.date:
    """The latest day from which the rule's time has passed by today (three months from 30 November end on 28 February)."""
    found = rule(key)
    day = due_date(today, (-found.value, found.unit)).on
    while due_date(day + DAY, found).on <= today:
        day += DAY
    return day


def interval_of(record: Any) -> str:
    """The rule that sets a record's (or a ledger row's) contact interval."""
    return INTERVALS[0] if record.abroad else INTERVALS[1] if record.monthly else INTERVALS[2]


def next_contact(record: Any) -> dt.date | None:
    """The day by which the member must have been contacted; None while nobody owes contact."""
    if record.contact_from is None or record.state not in UNDER_CARE:
        return None
    return due_date(record.contact_from, rule(interval_of(record))).on


def open_now(model: Any = MobileRecord) -> ColumnElement[bool]:
    return model.state.in_(OPEN)


def counted_mobile(model: Any = MobileRecord) -> ColumnElement[bool]:
    """Registered as mobile and not lost or suspended: the base of most shares."""
    return model.state.in_((*BEFORE_CARE[1:], *UNDER_CARE))


def under_care(model: Any = MobileRecord) -> ColumnElement[bool]:
    return model.state.in_(UNDER_CARE)


def received(model: Any = MobileRecord) -> ColumnElement[bool]:
    return model.state.in_(RECEIVED)


def contacted_by(day: dt.date, model: Any = MobileRecord) -> ColumnElement[bool]:
    """Members under care whose contact falls due on `day` or before, by each one's own interval."""
    abroad, monthly, plain = (ago(key, day) for key in INTERVALS)
    limit = case((model.abroad.is_(True), abroad), (model.monthly.is_(True), monthly), else_=plain)
    return and_(under_care(model), model.contact_from <= limit)


def overdue(ctx: Context) -> ColumnElement[bool]:
    """Contact should have been made by yesterday: on its last day it is still in time."""
    return contacted_by(ctx.today() - DAY)


def due_soon(ctx: Context) -> ColumnElement[bool]:
    """Contact is due within the notice (overdue ones included)."""
    notice = rule(NOTICE)
    return contacted_by(due_date(ctx.today(), notice).on)


def away_long(ctx: Context) -> ColumnElement[bool]:
    """Away for as long as makes a mobile member (R8), still open."""
    return and_(open_now(), MobileRecord.since <= ago("liaison.mobile_after", ctx.today()))


def should_transfer(ctx: Context) -> ColumnElement[bool]:
    """The affiliation can be transferred: it should be, or has been (应转尽转)."""
    return and_(MobileRecord.transferable.is_(True), or_(open_now(), MobileRecord.state == "transferred"))


def back_late(ctx: Context) -> ColumnElement[bool]:
    """The expected return has passed and nobody noted it."""
    return and_(open_now(), MobileRecord.expected_return < ctx.today())


def lost_long(ctx: Context) -> ColumnElement[bool]:
    """Out of contact for longer than the rule for suspension says."""
    return and_(MobileRecord.state == "lost_contact", MobileRecord.lost_on <= ago("liaison.suspend_after", ctx.today()))


def this_year(column: Any, ctx: Context) -> ColumnElement[bool]:
    return and_(column >= ctx.today().replace(month=1, day=1), column <= ctx.today())


def attached_to(station: Any = Station) -> ScalarSelect[int]:
    """How many open records name the station, for a column."""
    record = aliased(MobileRecord)
    return (select(func.count()).select_from(record)
            .where(record.tenant_id == station.tenant_id, record.station_id == station.id, open_now(record))
            .correlate(station).scalar_subquery())


def services_of(station: Any = Station) -> ScalarSelect[int]:
    """How many services the station gave, for a column."""
    log = aliased(ServiceLog)
    return (select(func.count()).select_from(log).where(log.tenant_id == station.tenant_id, log.station_id == station.id)
            .correlate(station).scalar_subquery())


def has_station(ctx: Context) -> ColumnElement[bool]:
    """Communities with an open station of their own or of a branch in them."""
    station = aliased(Station)
    return communities(ctx) & (
        select(station.id).where(station.tenant_id == OrgUnit.tenant_id, station.closed_on.is_(None),
                                 station.org_path >= OrgUnit.path, station.org_path < OrgUnit.path + "~")
        .correlate(OrgUnit).exists())


def communities(ctx: Context) -> ColumnElement[bool]:
    return and_(OrgUnit.unit_kind == "community", OrgUnit.dissolved_on.is_(None))
