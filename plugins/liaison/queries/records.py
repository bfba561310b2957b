"""A record as its page needs it, and the list of whom to call."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from core.base.db import session
from core.base.pinyin import name_filter, search_prefix
from core.base.scope import beyond_subtree
from core.people.models import OrgUnit, Person
from core.service import Context, service
from core.web.forms import Option

from ..conditions import due_soon, next_contact, open_now
from ..links import person_of
from ..models import AnnualReview, ContactLog, LossSearch, MobileRecord, ServiceLog, Station

READ = "liaison.record.read"
RECENT = 30


@dataclass(frozen=True, slots=True)
class RecordPage:
    """A record with everything done about it, newest first."""

    record: MobileRecord
    person: Person
    home: str
    receiving: str
    station: Station | None
    contacts: list[ContactLog]
    services: list[ServiceLog]
    reviews: list[AnnualReview]
    searches: list[LossSearch]
    next_contact: dt.date | None


@dataclass(frozen=True, slots=True)
class Call:
    """One member whose contact is due."""

    record: MobileRecord
    phone: str
    branch: str
    due: dt.date | None


@service(READ, writes=False)
def record_page(ctx: Context, record_id: int) -> RecordPage:
    """Raises NotFound for a record neither of whose sides lies in the reader's subtrees."""
    record = ctx.get(MobileRecord, record_id)
    with beyond_subtree("liaison: both sides see what was done for the member"):
        station = session().get(Station, (ctx.tenant.id, record.station_id)) if record.station_id else None
        return RecordPage(
            record, person_of(ctx, record), _name(ctx, record.home_org_id, record.home_org_name),
            _name(ctx, record.receiving_org_id, record.receiving_org_name), station,
            _rows(ContactLog, record, ContactLog.on), _rows(ServiceLog, record, ServiceLog.on),
            _rows(AnnualReview, record, AnnualReview.year), _rows(LossSearch, record, LossSearch.started_on),
            next_contact(record))


def _rows(model: Any, record: MobileRecord, order: Any) -> list[Any]:
    return list(session().scalars(select(model).where(model.record_id == record.id)
                                  .order_by(order.desc(), model.id.desc()).limit(RECENT)))


def _name(ctx: Context, org_id: int | None, outside: str) -> str:
    unit = session().get(OrgUnit, (ctx.tenant.id, org_id)) if org_id else None
    return unit.short_name if unit else outside


@service(READ, writes=False)
def calls_due(ctx: Context, limit: int = 50) -> list[Call]:
    """Whom to call next: overdue first. The reader's own subtrees, either side."""
    rows = session().scalars(select(MobileRecord).where(due_soon(ctx)).order_by(MobileRecord.contact_from, MobileRecord.id)
                             .limit(limit)).all()
    with beyond_subtree("liaison: both sides see the member"):
        people = {p.id: p for p in session().scalars(select(Person).where(Person.id.in_([r.person_id for r in rows])))}
        units = {u.id: u.short_name for u in session().scalars(select(OrgUnit).where(
            OrgUnit.id.in_([r.home_org_id for r in rows if r.home_org_id])))}
    found = [Call(r, people[r.person_id].phone_mask, units.get(r.home_org_id, r.home_org_name), next_contact(r)) for r in rows]
    return sorted(found, key=lambda call: call.due or ctx.today())


@service(READ, writes=False)
def find_records(ctx: Context, text: str, limit: int) -> list[Option]:
    """Open records by the member's name or pinyin, for pickers and the search box."""
    query = search_prefix(text)
    if query.digits or (text and not (query.han or query.prefixes)):
        return []
    rows = select(MobileRecord.id, Person.name, MobileRecord.region, MobileRecord.receiving_org_name).join(
        MobileRecord.person).where(open_now())
    if text:
        rows = rows.where(name_filter(query, Person.name, Person.name_full, Person.name_initials))
    found = session().execute(rows.order_by(Person.name_full, MobileRecord.id).limit(limit))
    return [Option(row.id, row.name, row.region or row.receiving_org_name) for row in found]


def name_of_record(ctx: Context, record_id: int) -> str:
    """The member's name when the reader may see the record, else ""."""
    return next((row.person_name for row in _named(ctx, [record_id])), "")


@service(READ, writes=False)
def _named(ctx: Context, ids: list[int]) -> list[MobileRecord]:
    return list(session().scalars(select(MobileRecord).where(MobileRecord.id.in_(ids))))


def names_of(ctx: Context, ids: list[int]) -> dict[int, str]:
    """id -> name of the records the reader may see."""
    return {row.id: row.person_name for row in _named(ctx, ids)}
