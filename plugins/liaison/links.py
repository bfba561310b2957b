"""Keeping the registry of people in step: participation links and the state of membership.

The record's own permission authorised the step; the registry follows with the actor's name in its audit. `registry(ctx)`
therefore carries all powers, and is used for nothing but what the step says about the person of the record.
"""

from __future__ import annotations

import datetime as dt

from core.base.i18n import _
from core.base.scope import beyond_subtree
from core.contracts.errors import Invalid
from core.people.models import OrgUnit, Person
from core.people.services import membership
from core.people.services.links import link, open_link_of, unlink
from core.service import Context

from .models import MobileRecord

SOURCE = "liaison"


def registry(ctx: Context) -> Context:
    """The same actor, for the registry's services that a step of a record moves."""
    return ctx.evolve(all_powers=True)


def person_of(ctx: Context, record: MobileRecord) -> Person:
    """The person of a record the caller was allowed to load: the receiving side sees whom it is asked to take."""
    with beyond_subtree("liaison: both sides see the member"):
        return ctx.get(Person, record.person_id)


def leave(ctx: Context, record: MobileRecord) -> None:
    """Note in the registry that the member is away from the home branch."""
    if record.home_org_id:
        _open(ctx, record, "outflow", record.home_org_id, record.since)


def arrive(ctx: Context, record: MobileRecord, on: dt.date) -> None:
    """Note in the registry that the receiving branch has the member; its staff then find the person."""
    if record.receiving_org_id:
        _open(ctx, record, "inflow", record.receiving_org_id, on)


def depart(ctx: Context, record: MobileRecord, on: dt.date) -> None:
    """End the link to the receiving branch."""
    _close(ctx, record, "inflow", record.receiving_org_id, on)


def away_ends(ctx: Context, record: MobileRecord, on: dt.date) -> None:
    """End the note that the member is away from the home branch."""
    _close(ctx, record, "outflow", record.home_org_id, on)


def end(ctx: Context, record: MobileRecord, on: dt.date) -> None:
    """Close the record: both links end, another stay away may be registered."""
    depart(ctx, record, on)
    away_ends(ctx, record, on)
    record.open_of, record.ended_on = None, on


def _open(ctx: Context, record: MobileRecord, kind: str, org_id: int, on: dt.date) -> None:
    if open_link_of(record.person_id, kind, org_id) is None:
        link(ctx, person_of(ctx, record), kind, ctx.get(OrgUnit, org_id), on, SOURCE)


def _close(ctx: Context, record: MobileRecord, kind: str, org_id: int | None, on: dt.date) -> None:
    row = open_link_of(record.person_id, kind, org_id) if org_id else None
    if row is not None:
        unlink(ctx, person_of(ctx, record), row, max(on, row.starts_on))


def set_lost(ctx: Context, record: MobileRecord, lost: bool) -> None:
    """Out of contact, or found again; nothing to do where the registry says so already."""
    state = person_of(ctx, record).membership_state
    if state == ("normal" if lost else "contact_lost"):
        membership.set_contact_lost(registry(ctx), record.person_id, lost=lost, reason=_("流动党员台账"))


def suspend(ctx: Context, record: MobileRecord, document_no: str, on: dt.date) -> None:
    """Record the decided suspension in the registry, unless it stands there already."""
    if person_of(ctx, record).membership_state != "suspended":
        membership.suspend(registry(ctx), record.person_id, reason=_("失去联系，停止党籍"), document_no=document_no,
                           effective_on=on)


def remove(ctx: Context, record: MobileRecord, document_no: str, on: dt.date) -> None:
    if person_of(ctx, record).membership_state != "removed":
        membership.remove(registry(ctx), record.person_id, reason=_("失去联系，予以除名"), document_no=document_no,
                          effective_on=on)


def restore(ctx: Context, record: MobileRecord, document_no: str, on: dt.date) -> None:
    person = person_of(ctx, record)
    if person.membership_state == "suspended":
        membership.restore(registry(ctx), record.person_id, document_no=document_no, effective_on=on)
    elif person.membership_state != "normal":
        raise Invalid({"happened_on": [_("%(name)s 的党籍状态不是停止党籍，请先在党员页面核对。", name=person.name)]})
