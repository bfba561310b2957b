"""Where a person stands: the affiliations, and what follows from them. Every change of membership goes through here.

These are plain functions; the services that call them authorise, and run them beyond the actor's own subtree where a
person comes from or goes to another one.
"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select

from core.base.db import add, flush, session
from core.base.i18n import _
from core.base.scope import beyond_subtree
from core.contracts.errors import Invalid
from core.service import Context

from .models import Affiliation, MemberChange, OrgUnit, Person
from .words import COUNTED_KINDS, COUNTED_STATES, EFFECTS, GUEST_KINDS


def is_counted(person: Person) -> bool:
    """Whether the person counts as a member of the branch: the head count behind 期末."""
    return person.is_formal and person.membership_state in COUNTED_STATES and person.member_kind in COUNTED_KINDS


def open_links(person_id: int) -> list[Affiliation]:
    """The affiliations in force, oldest first."""
    rows = select(Affiliation).where(Affiliation.person_id == person_id, Affiliation.ends_on.is_(None))
    return list(session().scalars(rows.order_by(Affiliation.starts_on, Affiliation.id)).all())


def open_link(person: Person, kind: str, unit: OrgUnit, on: dt.date, source: str = "") -> Affiliation:
    """Begin an affiliation. Raises Invalid when the same one is open already (one formal affiliation per person), and
    whatever `first_link` refuses.
    """
    for link in open_links(person.id):
        if link.kind == kind and (kind == "formal" or link.org_id == unit.id):
            raise Invalid({"org_id": [_("%(name)s 已有尚未结束的同类关系。", name=person.name)]})
    link = first_link(person, kind, unit, on, source)
    session().flush()
    return link


def first_link(person: Person, kind: str, unit: OrgUnit, on: dt.date, source: str = "") -> Affiliation:
    """Begin the first affiliation of a new person, who stands where it says: nothing to look up, nothing to settle. The
    caller flushes. Raises Invalid for a formal one outside the Party's organisations.
    """
    if kind == "formal" and unit.kind == "unit":
        raise Invalid({"org_id": [_("“%(name)s”是单位，不是党组织；组织关系请落在党组织。", name=unit.short_name)]})
    link = Affiliation(person_id=person.id, kind=kind, org_id=unit.id, org_path=unit.path, starts_on=on, source=source,
                       formal_of=person.id if kind == "formal" else None)
    add(link)
    return link


def close_link(link: Affiliation, on: dt.date, field: str = "effective_on") -> None:
    """End an affiliation on a day. Raises Invalid when that is before it began."""
    if on < link.starts_on:
        raise Invalid({field: [_("日期不能早于关系开始的 %(day)s。", day=link.starts_on.isoformat())]})
    link.ends_on, link.formal_of = on, None
    session().flush()


def close_formal(person: Person, on: dt.date) -> None:
    for link in open_links(person.id):
        if link.kind == "formal":
            close_link(link, on)


def settle(person: Person) -> None:
    """Set the person's place from the affiliations in force; a person without any keeps the last one.

    The new place may lie outside the actor's subtrees: what led to it was authorised.
    """
    links = open_links(person.id)
    formal = next((link for link in links if link.kind == "formal"), None)
    guests = sorted((link for link in links if link.kind in GUEST_KINDS), key=lambda link: GUEST_KINDS.index(link.kind))
    main = formal or (guests[0] if guests else None)
    person.is_formal = formal is not None
    if main is not None:
        person.org_id, person.org_path = main.org_id, main.org_path
    elsewhere = (link.org_path for link in guests if not link.org_path.startswith(person.org_path))
    person.guest_path = next(elsewhere, None)
    with beyond_subtree("people: the place follows from the affiliations"):
        session().flush()


def write_change(ctx: Context, person: Person, type_: str, unit: OrgUnit, on: dt.date, *, other: OrgUnit | None = None,
                 effect: int | None = None, other_place: str = "", document_no: str = "", reason: str = "") -> MemberChange:
    """The row behind a change of membership; `effect` on the head count follows from the type unless given."""
    row = MemberChange(
        person_id=person.id, person_name=person.name, type=type_, org_id=unit.id, org_path=unit.path, effective_on=on,
        effect=EFFECTS[type_] if effect is None else effect, other_org_id=other.id if other else None,
        other_path=other.path if other else None, other_place=other_place, document_no=document_no, reason=reason,
        by_name=ctx.actor.label)
    add(row)
    flush()
    return row
