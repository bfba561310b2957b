"""Stations as forms and pages need them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select

from core.base.db import session
from core.people.models import OrgUnit
from core.service import Context, service

from ..conditions import open_now
from ..models import MobileRecord, ServiceLog, Station

RECENT = 20


@dataclass(frozen=True, slots=True)
class StationPage:
    """A station with what its page shows."""

    station: Station
    host: OrgUnit
    attached: int
    services: list[ServiceLog]
    given: int
    serves: bool


def station_choices() -> list[tuple[int, str]]:
    """Open stations, for a list to choose from. Name and address of a station are known to all staff."""
    rows = select(Station.id, Station.name).where(Station.closed_on.is_(None)).order_by(Station.name).limit(500)
    return [(row.id, row.name) for row in session().execute(rows)]


def serves(ctx: Context, path: str) -> bool:
    """Whether the actor notes services of a station there: one in his care, or one of a place above his own."""
    return any(path.startswith(own) or own.startswith(path) for own in ctx.subtrees("liaison.service.write"))


def serving_choices(ctx: Context) -> list[tuple[int, str]]:
    """Open stations whose services the actor may note."""
    rows = select(Station.id, Station.name, Station.org_path).where(Station.closed_on.is_(None)).order_by(Station.name)
    return [(row.id, row.name) for row in session().execute(rows) if serves(ctx, row.org_path)]


@service("liaison.station.read", writes=False)
def station_page(ctx: Context, station_id: int) -> StationPage:
    """Raises NotFound for a station outside the reader's subtrees."""
    station = ctx.get(Station, station_id)
    mine = MobileRecord.station_id == station.id
    return StationPage(
        station, ctx.get(OrgUnit, station.org_id),
        session().scalar(select(func.count(MobileRecord.id)).where(mine, open_now())) or 0,
        list(session().scalars(select(ServiceLog).where(ServiceLog.station_id == station.id)
                               .order_by(ServiceLog.on.desc(), ServiceLog.id.desc()).limit(RECENT))),
        session().scalar(select(func.count(ServiceLog.id)).where(ServiceLog.station_id == station.id)) or 0,
        serves(ctx, station.org_path))
