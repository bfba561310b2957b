"""Participation links: inflow, dual registration, volunteering — beside the one formal affiliation.

`link` and `unlink` are for other modules' services, which have authorised both sides themselves (a hand-over of a mobile
member is such a case); the services below are for the person's page.
"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select

from core.base.db import session
from core.base.i18n import _
from core.base.scope import beyond_subtree
from core.contracts.errors import Invalid
from core.service import Context, service

from ..models import Affiliation, OrgUnit, Person
from ..standing import close_link, open_link, settle
from ..words import AFFILIATION_KINDS
from .orgs import living, not_future

UPDATE = "people.person.update"
TRANSFER = "people.person.transfer"


@service(UPDATE)
def open_affiliation(ctx: Context, person_id: int, *, kind: str, org_id: int, starts_on: dt.date | None = None,
                     source: str = "") -> Affiliation:
    """Note that a person takes part elsewhere too. The person's record must be in the actor's care."""
    person = ctx.get(Person, person_id)
    ctx.require(UPDATE, person.org_path)
    if kind not in AFFILIATION_KINDS or kind == "formal":
        raise Invalid({"kind": [_("请从列表中选择")]})
    return link(ctx, person, kind, living(ctx, org_id, "org_id"), not_future(ctx, starts_on, "starts_on"), source)


@service(UPDATE)
def close_affiliation(ctx: Context, affiliation_id: int, *, ends_on: dt.date | None = None) -> Affiliation:
    """End a participation link. The formal affiliation ends by a transfer or a change of membership."""
    row = ctx.get(Affiliation, affiliation_id)
    person = ctx.get(Person, row.person_id)
    if not any(ctx.may(UPDATE, path) for path in (person.org_path, row.org_path)):
        ctx.require(UPDATE, person.org_path)
    if row.kind == "formal" or row.ends_on is not None:
        raise Invalid({"ends_on": [_("这条关系已结束，或是组织关系，请在“组织关系变动”中办理。")]})
    unlink(ctx, person, row, not_future(ctx, ends_on, "ends_on"))
    return row


def link(ctx: Context, person: Person, kind: str, unit: OrgUnit, on: dt.date, source: str = "") -> Affiliation:
    """Open a participation link inside a running service; both ends have been authorised by the caller."""
    with beyond_subtree("people: a participation link has two ends"):
        row = open_link(person, kind, unit, on, source)
        settle(person)
    ctx.audit("person", person.id, name=person.name, link=kind, org=unit.short_name)
    return row


def unlink(ctx: Context, person: Person, row: Affiliation, on: dt.date) -> None:
    """End a participation link inside a running service; authorised by the caller."""
    with beyond_subtree("people: a participation link has two ends"):
        close_link(row, on, "ends_on")
        settle(person)
    ctx.audit("person", person.id, name=person.name, link_ended=row.kind)


def open_link_of(person_id: int, kind: str, org_id: int) -> Affiliation | None:
    """The open link of that kind to that organisation, for modules that opened it."""
    return session().scalars(select(Affiliation).where(
        Affiliation.person_id == person_id, Affiliation.kind == kind, Affiliation.org_id == org_id,
        Affiliation.ends_on.is_(None))).one_or_none()
