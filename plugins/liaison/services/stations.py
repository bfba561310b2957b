"""Stations and the services they give."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import func, select

from core.base.db import session
from core.base.i18n import _
from core.base.scope import beyond_subtree
from core.contracts.errors import Invalid
from core.people.models import OrgUnit
from core.people.words import LIVING_STATUS
from core.service import Context, service

from ..conditions import open_now
from ..facts import no_numbers, not_future
from ..models import MobileRecord, ServiceLog, Station
from ..queries.stations import serves

MANAGE = "liaison.station.manage"
TEXTS = ("name", "address", "keeper", "phone", "hours", "open_to", "note")


@service(MANAGE)
def save_station(ctx: Context, station_id: int | None = None, *, org_id: int, opened_on: dt.date | None = None,
                 version: int | None = None, **data: Any) -> Station:
    """Found a station, or change one. Raises Invalid for a name that is taken or a host outside the actor's care."""
    station = ctx.get(Station, station_id) if station_id else Station()
    if station_id:
        ctx.check_version(station, version)
    host = session().get(OrgUnit, (ctx.tenant.id, org_id))
    errors: dict[str, list[str]] = {}
    if host is None or host.status not in LIVING_STATUS or not ctx.may(MANAGE, host.path):
        raise Invalid({"org_id": [_("请选择您负责范围内正常运行的组织。")]})
    opened = opened_on or station.opened_on or ctx.today()
    not_future(ctx, opened, "opened_on", errors)
    with beyond_subtree("liaison: names of stations are unique in the tenant"):
        same = session().scalars(select(Station.id).where(Station.name == data["name"])).first()
    if same not in (None, station_id):
        errors["name"] = [_("已有名为“%(name)s”的联络站。", name=data["name"])]
    if errors:
        raise Invalid(errors)
    for name in TEXTS:
        setattr(station, name, data.get(name) or "")
    station.org_id, station.org_path, station.opened_on = host.id, host.path, opened
    session().add(station)
    session().flush()
    ctx.audit("liaison_station", station.id, station.name, host=host.short_name)
    return station


@service(MANAGE)
def close_station(ctx: Context, station_id: int, *, closed_on: dt.date | None = None, version: int | None = None) -> Station:
    """End a station; its services stay. Members attached to it must have gone elsewhere first."""
    station = ctx.get(Station, station_id)
    ctx.check_version(station, version)
    day = closed_on or ctx.today()
    errors: dict[str, list[str]] = {}
    not_future(ctx, day, "closed_on", errors)
    if day < station.opened_on:
        errors["closed_on"] = [_("撤销日期早于设立日期 %(day)s。", day=station.opened_on.isoformat())]
    if station.closed_on:
        errors["closed_on"] = [_("这个联络站已经撤销。")]
    elif attached := _attached(station):
        errors["closed_on"] = [_("还有 %(n)s 名流动党员由这个联络站联系，请先改到其他联络站。", n=attached)]
    if errors:
        raise Invalid(errors)
    station.closed_on = day
    ctx.audit("liaison_station", station.id, station.name, closed=day.isoformat())
    return station


def _attached(station: Station) -> int:
    """How many open stays, of whatever place, name the station."""
    with beyond_subtree("liaison: a station serves members of other places too"):
        return session().scalar(select(func.count(MobileRecord.id)).where(
            MobileRecord.station_id == station.id, open_now())) or 0


@service("liaison.service.write")
def log_service(ctx: Context, *, station_id: int, kind: str, what: str, on: dt.date | None = None, record_id: int | None = None,
                result: str | None = None) -> ServiceLog:
    """Note a service a station gave, to a mobile member in the actor's care or to somebody unnamed."""
    with beyond_subtree("liaison: a branch notes what the station of its community did for its member"):
        station = ctx.get(Station, station_id)
    day = on or ctx.today()
    errors: dict[str, list[str]] = {}
    if not serves(ctx, station.org_path):
        errors["station_id"] = [_("只能登记本单位或上级组织联络站的服务。")]
    not_future(ctx, day, "on", errors)
    no_numbers({"what": what, "result": result}, errors)
    if day < station.opened_on or (station.closed_on and day > station.closed_on):
        errors["on"] = [_("这一天联络站没有开放，请核对日期。")]
    if record_id and not session().scalars(select(MobileRecord.id).where(MobileRecord.id == record_id)).first():
        errors["record_id"] = [_("请从名单中选择，或留空。")]
    if errors:
        raise Invalid(errors)
    row = ServiceLog(station_id=station.id, org_path=station.org_path, record_id=record_id, on=day, kind=kind,
                     what=what.strip(), result=(result or "").strip(), by_name=ctx.actor.label[:80])
    with beyond_subtree("liaison: the note stands with the station"):
        session().add(row)
        session().flush()
    ctx.audit("liaison_service", row.id, station.name, service=kind)
    return row
