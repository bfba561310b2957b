"""What the module contributes to core's pages, and the checks it answers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from flask import url_for
from sqlalchemy import func, or_, select

from core.base.db import session
from core.base.i18n import _, _l
from core.base.scope import beyond_subtree
from core.plugin import CalendarEntry, HeldData, NavItem, Objection, Panel, SearchHit, TimelineEntry, hookimpl
from core.service import Context

from .conditions import open_now
from .models import GatheringAttendance, MobileRecord, Station
from .queries import about
from .queries.records import READ, find_records
from .services.following import merge_records, split_records
from .workflows import mobile_record


@hookimpl
def nav_items(ctx: Context) -> Iterable[NavItem]:
    return (
        NavItem(_l("流动党员"), "liaison.index", READ, icon="broadcast-pin", group="business", rank=20, key="g l"),
        NavItem(_l("联络站"), "ledgers.show", "liaison.station.read", icon="houses", group="business", rank=21,
                args={"name": "liaison.stations"}),
    )


@hookimpl
def panels(slot: str, subject: Any, ctx: Context) -> Iterable[Panel]:
    """The stay of a person; the stations and counts of an organisation."""
    if slot == "person" and ctx.may(READ):
        found = about.stays_of(ctx, subject.id)
        may_register = subject.is_formal and ctx.may("liaison.record.register", subject.org_path)
        if found or may_register:
            data = {"stays": found, "person_id": subject.id, "workflow": mobile_record,
                    "may_register": may_register and not any(row.open_of for row in found)}
            yield Panel(_l("流动情况"), "liaison/panel_person.html", data, READ, rank=30)
    if slot == "org_unit" and ctx.may(READ):
        yield Panel(_l("流动党员"), "liaison/panel_org.html", about.unit_figures(ctx, subject), READ, rank=30)


@hookimpl
def search_hits(query: Any, ctx: Context) -> Iterable[SearchHit]:
    if not ctx.may(READ):
        return []
    return [SearchHit(str(one.label), url_for("liaison.record", record_id=one.value), _("流动党员"), one.find)
            for one in find_records(ctx, query.text, query.limit)]


@hookimpl
def timeline(person_id: int, ctx: Context) -> Iterable[TimelineEntry]:
    """Steps and contacts of the person's records the reader may see."""
    return about.timeline_of(ctx, person_id) if ctx.may(READ) else ()


@hookimpl
def calendar(start: dt.date, end: dt.date, ctx: Context) -> Iterable[CalendarEntry]:
    """Gatherings and expected returns; names never go to the calendars of phones."""
    return about.dates_between(ctx, start, end) if ctx.may(READ) else ()


@hookimpl
def personal_data(person_id: int, ctx: Context) -> Iterable[HeldData]:
    with beyond_subtree("liaison: what is held about one person, wherever it lies"):
        return about.held_about(ctx, person_id)


@hookimpl
def check_person_removal(person: Any, into: Any, ctx: Context) -> Iterable[Objection]:
    """Merging moves the records along and only warns of an open one; whoever has records is not taken out."""
    with beyond_subtree("liaison: records of either side count"):
        stays = session().scalars(select(MobileRecord).where(MobileRecord.person_id == person.id)).all()
        came = session().scalars(select(GatheringAttendance.id).where(GatheringAttendance.person_id == person.id)).first()
    if into is None and (stays or came):
        yield Objection(_("%(name)s 已有流动登记或返乡教育签到，不能移出名册；重复登记的请用“合并”。", name=person.name))
    for row in (row for row in stays if row.open_of and into is not None):
        state = mobile_record.state(row.state).label
        text = _("%(name)s 有未结束的流动记录（%(state)s），将一并处理。", name=row.person_name, state=state)
        yield Objection(text, blocking=False)


@hookimpl
def check_org_removal(org_unit: Any, ctx: Context) -> Iterable[Objection]:
    with beyond_subtree("liaison: records of either side count"):
        stays = session().scalar(select(func.count(MobileRecord.id)).where(open_now(), or_(
            MobileRecord.home_org_id == org_unit.id, MobileRecord.receiving_org_id == org_unit.id))) or 0
        stations = session().scalars(select(Station.name).where(
            Station.org_id == org_unit.id, Station.closed_on.is_(None))).all()
    if stays:
        yield Objection(_("还有 %(n)s 名流动党员登记在这个组织，请先改到其他组织。", n=stays))
    if stations:
        yield Objection(_("联络站“%(names)s”还设在这个组织，请先撤销或改设。", names="、".join(stations)))


@hookimpl
def person_merged(kept_id: int, gone_id: int, ctx: Context) -> None:
    merge_records(ctx, kept_id, gone_id)


@hookimpl
def person_unmerged(kept_id: int, gone_id: int, ctx: Context) -> None:
    split_records(ctx, kept_id, gone_id)
