"""What the steps of a record do beside changing its state, and what speaks against them."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import func, select

from core.base.db import session
from core.base.i18n import _
from core.base.scope import beyond_subtree
from core.contracts.errors import Invalid
from core.plugin import Objection
from core.rules import due_date, rule
from core.service import Context

from . import links
from .contacts import write_contact
from .facts import check_stay, destination, no_numbers, party_org, region_of
from .models import LossSearch, MobileRecord
from .words import REACHED

Data = dict[str, Any]


def day(ctx: Context, data: Data) -> dt.date:
    return data.get("happened_on") or ctx.today()


def _not_before(day: dt.date, first: dt.date | None) -> None:
    if first and day < first:
        raise Invalid({"happened_on": [_("日期不能早于 %(day)s，请核对。", day=first.isoformat())]})


# -- registering, telling, taking in
def register(ctx: Context, record: MobileRecord, data: Data) -> None:
    given = {**data, "reason": data["reason_code"], "abroad": record.abroad}
    given.pop("reason_code")
    for name, value in check_stay(ctx, given).items():
        setattr(record, name, value)
    links.leave(ctx, record)


def notify(ctx: Context, record: MobileRecord, data: Data) -> None:
    for name, value in destination(ctx, data, record.home_org_id, needed=True).items():
        setattr(record, name, value)


def receive(ctx: Context, record: MobileRecord, data: Data) -> None:
    on, unit = day(ctx, data), party_org(ctx, data["receiving_org_id"], "receiving_org_id", branch=True)
    _not_before(on, record.since)
    if not ctx.may("liaison.record.receive", unit.path):
        raise Invalid({"receiving_org_id": [_("只能编入您负责范围内的党支部。")]})
    record.receiving_org_id, record.receiving_path, record.receiving_org_name = unit.id, unit.path, unit.short_name
    record.contact_person, record.contact_from = data["contact_person"], on
    links.arrive(ctx, record, on)


def only_outside(ctx: Context, record: MobileRecord, data: Data) -> list[Any]:
    if record.receiving_org_id:
        return [_("流入地党组织在本单位范围内，由对方在系统中确认接收，不用登记回函。")]
    return []


def acknowledge(ctx: Context, record: MobileRecord, data: Data) -> None:
    _not_before(day(ctx, data), record.since)
    record.contact_from = day(ctx, data)


def keep(ctx: Context, record: MobileRecord, data: Data) -> None:
    """The home branch keeps contact itself: nobody at the destination took the member in."""
    _not_before(day(ctx, data), record.since)
    _nobody_there(record)
    record.contact_from = day(ctx, data)


def refuse(ctx: Context, record: MobileRecord, data: Data) -> None:
    """Who does not take the member in sees no more of the record; history says who was asked."""
    with beyond_subtree("liaison: the record leaves the place of whoever sends it back"):
        _nobody_there(record)
        session().flush()


def _nobody_there(record: MobileRecord) -> None:
    record.receiving_org_id, record.receiving_path, record.receiving_org_name = None, None, ""


def only_outflow(ctx: Context, record: MobileRecord, data: Data) -> list[Any]:
    if record.direction == "inflow":
        return [_("流入党员离开本地的，请办理“返乡报到”“组织关系已转出”或“终止登记”。")]
    return []


def relocate(ctx: Context, record: MobileRecord, data: Data) -> None:
    errors: dict[str, list[str]] = {}
    record.region, record.region_code = region_of({**data, "abroad": record.abroad}, errors)
    if errors:
        raise Invalid(errors)
    links.depart(ctx, record, day(ctx, data))
    _nobody_there(record)
    record.contact_from = None


# -- keeping contact
def contacted(ctx: Context, record: MobileRecord, data: Data) -> None:
    write_contact(ctx, record, {**data, "outcome": REACHED})


def found(ctx: Context, record: MobileRecord, data: Data) -> None:
    contacted(ctx, record, data)
    record.lost_on = None
    links.set_lost(ctx, record, False)


def not_abroad_or_monthly(ctx: Context, record: MobileRecord, data: Data) -> list[Any]:
    return [_("按自己的间隔联系。")] if record.abroad or record.monthly else []


def only_monthly(ctx: Context, record: MobileRecord, data: Data) -> list[Any]:
    return [_("按自己的间隔联系。")] if record.abroad or not record.monthly else []


def only_abroad(ctx: Context, record: MobileRecord, data: Data) -> list[Any]:
    return [] if record.abroad else [_("按自己的间隔联系。")]


# -- loss of contact: conditions are shown, people decide
def loss_proven(ctx: Context, record: MobileRecord, data: Data) -> list[Any]:
    limit, last = rule("liaison.lost_after"), record.contact_from or record.since
    if due_date(last, limit).on > day(ctx, data):
        return [_("最近一次联系是 %(day)s，不足 %(limit)s，还不能确认失联。", day=last.isoformat(), limit=limit.text)]
    searches = session().scalar(select(func.count(LossSearch.id)).where(
        LossSearch.record_id == record.id, LossSearch.ended_on > last))        # one of an earlier loss proves nothing now
    return [] if searches else [_("还没有查找记录。请支部先登记查找的方式、日期和依据。")]


def confirm_lost(ctx: Context, record: MobileRecord, data: Data) -> None:
    record.lost_on = day(ctx, data)
    links.set_lost(ctx, record, True)


def here_and_due(ctx: Context, record: MobileRecord, data: Data) -> list[Any]:
    """Against suspension and removal: not our member (blocks); sooner than the rules say (only warns)."""
    if record.direction == "inflow":
        return [_("党籍由组织关系所在党组织处理，这里只登记流入情况。")]
    key, since = (("liaison.suspend_after", record.lost_on) if record.state == "lost_contact"
                  else ("liaison.remove_after", record.suspended_on))
    limit = rule(key)
    if since and due_date(since, limit).on > day(ctx, data):
        return [Objection(_("从 %(day)s 起不足 %(limit)s（%(source)s）。请确认决定符合规定。", day=since.isoformat(),
                            limit=limit.text, source=limit.source), blocking=False)]
    return []


def suspend(ctx: Context, record: MobileRecord, data: Data) -> None:
    _not_before(day(ctx, data), record.lost_on)
    record.suspended_on = day(ctx, data)
    links.suspend(ctx, record, data["approval_no"], day(ctx, data))


def remove(ctx: Context, record: MobileRecord, data: Data) -> None:
    _not_before(day(ctx, data), record.suspended_on or record.lost_on)
    links.end(ctx, record, day(ctx, data))
    links.remove(ctx, record, data["approval_no"], day(ctx, data))


def restore(ctx: Context, record: MobileRecord, data: Data) -> None:
    _not_before(day(ctx, data), record.suspended_on)
    links.restore(ctx, record, data["approval_no"], day(ctx, data))
    record.suspended_on = record.lost_on = None
    record.contact_from = day(ctx, data)


# -- the ends
def _without_numbers(field: str, text: str) -> str:
    errors: dict[str, list[str]] = {}
    no_numbers({field: text}, errors)
    if errors:
        raise Invalid(errors)
    return text


def give_back(ctx: Context, record: MobileRecord, data: Data) -> None:
    _not_before(day(ctx, data), record.since)
    if data.get("returned_note"):
        record.note = _without_numbers("returned_note", data["returned_note"])
    _found_again(ctx, record)
    links.end(ctx, record, day(ctx, data))


def still_here(ctx: Context, record: MobileRecord, data: Data) -> list[Any]:
    """Nobody is both away from the home branch and transferred: the transfer is made in the registry first."""
    person = links.person_of(ctx, record)
    if record.home_org_id and person.is_formal and person.org_id == record.home_org_id:
        return [_("%(name)s 的组织关系还在原支部。请先在党员页面办理组织关系转接，办好后这条记录会自动结束。", name=person.name)]
    return []


def hand_over(ctx: Context, record: MobileRecord, data: Data) -> None:
    _not_before(day(ctx, data), record.since)
    _found_again(ctx, record)
    links.end(ctx, record, day(ctx, data))


def close(ctx: Context, record: MobileRecord, data: Data) -> None:
    _not_before(day(ctx, data), record.since)
    links.end(ctx, record, day(ctx, data))


def _found_again(ctx: Context, record: MobileRecord) -> None:
    if record.lost_on:
        links.set_lost(ctx, record, False)
        record.lost_on = None
