"""Founding the units and grids of a demo tenant by the services people use."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from random import Random
from typing import Any

from core.base.db import new_id, session
from core.base.pinyin import name_keys
from core.people import history, tree
from core.people.models import Grid, OrgUnit
from core.people.services.grids import save_grid
from core.people.services.orgs import create_org, next_ordinal
from core.people.services.root import name_root
from core.people.services.terms import anniversary
from core.rules import add_months, rule
from core.service import Context

from .blueprint import UnitPlan, read_shared
from .names import made_up_names


def found_unit(ctx: Context, plan: UnitPlan, parent: OrgUnit | None) -> OrgUnit:
    """Create one unit with its running term; the unit without a superior is the tenant's root, which is there already."""
    data = _data(plan, ctx.today())
    return create_org(ctx, parent_id=parent.id, **data) if parent else name_root(ctx, **data)


def _data(plan: UnitPlan, today: dt.date) -> dict[str, Any]:
    end = add_months(today, plan.term_ends_in) if plan.term_ends_in is not None else None
    years = int(rule("people.community_term" if plan.in_community else "people.branch_term").value) if end else None
    return {"name": plan.name, "short_name": plan.short_name, "kind": plan.kind, "unit_kind": plan.unit_kind,
            "founded_on": plan.founded_on, "approval_no": plan.approval_no, "address": plan.address, "term_years": years,
            "term_end": end, "term_start": anniversary(end, -years) if end and years else None}


def found_branches(ctx: Context, plans: Sequence[UnitPlan], community: OrgUnit) -> list[OrgUnit]:
    """The branches of one community at once: what `create_org` does for each, without asking whether names are taken."""
    units = []
    for ordinal, plan in enumerate(plans, next_ordinal(ctx)):
        keys = name_keys(plan.short_name)
        units.append(OrgUnit(**_data(plan, ctx.today()), id=new_id(), parent_id=community.id, ordinal=ordinal, status="active",
                             path=tree.child(community.path, ordinal), community_id=community.id, name_full=keys.full,
                             name_initials=keys.initials))
    session().add_all(units)
    session().flush()
    for unit in units:
        history.record(ctx, unit, "founded", None, unit.founded_on or ctx.today())
    return units


def found_units(ctx: Context, plans: Iterable[UnitPlan]) -> dict[str, OrgUnit]:
    """Create the units in their order, parents before children; by short name."""
    units: dict[str, OrgUnit] = {}
    for plan in plans:
        units[plan.short_name] = found_unit(ctx, plan, units[plan.parent] if plan.parent else None)
    return units


def lay_grids(ctx: Context, unit: OrgUnit, count: int, random: Random, prefix: str) -> list[Grid]:
    """Divide a community into grids of four to eight buildings, each with a grid worker."""
    words, grids, building = read_shared("people"), [], 0
    for number in range(1, count + 1):
        size = random.randint(4, 8)
        buildings = [words["building_name"].format(n=building + n) for n in range(1, size + 1)]
        building += size
        grids.append(save_grid(
            ctx, code=f"{prefix}-{number:02d}", name=words["grid_name"].format(n=words["numerals"][number - 1]), org_id=unit.id,
            buildings=buildings, household_count=sum(random.randint(24, 72) for _ in buildings),
            worker_name=made_up_names().draw(random, random.choice(("male", "female", "female")), random.randint(1975, 2000))))
    return grids


def some_day(random: Random, first: dt.date, last: dt.date) -> dt.date:
    """A day between two days, both included."""
    return first + dt.timedelta(days=random.randint(0, max((last - first).days, 0)))
