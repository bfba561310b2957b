"""Everything the page of an organisation shows."""

from __future__ import annotations

from dataclasses import dataclass

from core.plugin import Panel
from core.service import Context, service

from .. import history
from ..extras.shown import Section, sections
from ..models import OrgChange, OrgUnit, Person, PostHolding, RegistryCheck
from . import advice, units
from .grids import grids_of

READ, PEOPLE = "people.org.read", "people.person.read"


@dataclass(frozen=True, slots=True)
class OrgPage:
    """`members` is None when the reader may not see the people of this unit."""

    unit: OrgUnit
    crumbs: list[OrgUnit]
    children: list[units.Node]
    heads: int | None
    members: list[Person] | None
    posts: list[PostHolding]
    warnings: list[advice.Advice]
    changes: list[OrgChange]
    grids: list
    round: RegistryCheck | None
    panels: list[Panel]
    extras: list[Section]


@service(READ, writes=False)
def org_page(ctx: Context, org_id: int) -> OrgPage:
    """The page of one unit. Names and history are for all staff; people only for those who may read them there."""
    unit = ctx.get(OrgUnit, org_id)
    people = ctx.may(PEOPLE, unit.path)
    found = [c.value for c in ctx.collect("panels", slot="org_unit", subject=unit) if isinstance(c.value, Panel)]
    return OrgPage(
        unit, units.lineage(ctx, unit), units.children(ctx, org_id),
        units.head_counts(ctx, [unit.path]).get(unit.path) if people else None,
        units.members(ctx, org_id, 200) if people else None,
        units.posts_in(ctx, org_id) if people else [],
        advice.org_warnings(ctx, org_id) if people else [],
        history.changes_of([org_id]), grids_of(ctx, "", 100, org_id=org_id) if unit.unit_kind == "community" else [],
        units.open_round(ctx, org_id) if people else None,
        sorted((p for p in found if ctx.may(p.permission)), key=lambda p: p.rank), sections(ctx, unit))
