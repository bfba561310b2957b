"""The tree of organisations: children with counts, breadcrumb, search, people and posts of a unit."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import case, func, select

from core.base.db import session
from core.base.pinyin import name_filter, search_prefix
from core.service import WHOLE_TENANT, Context, service

from .. import tree
from ..conditions import counted
from ..models import OrgUnit, Person, PostHolding, RegistryCheck
from ..words import LIVING_STATUS

READ, PEOPLE = "people.org.read", "people.person.read"


@dataclass(frozen=True, slots=True)
class Node:
    """A unit in the tree. `members`: in its whole subtree, None when the reader may not count there."""

    unit: OrgUnit
    members: int | None
    children: int


@service(READ, writes=False)
def children(ctx: Context, parent_id: int | None, *, gone: bool = False) -> list[Node]:
    """The units directly below (None: the top ones) in official order; merged and dissolved ones only when asked for."""
    rows = select(OrgUnit).where(OrgUnit.parent_id == parent_id if parent_id else OrgUnit.parent_id.is_(None))
    if not gone:
        rows = rows.where(OrgUnit.status.in_(LIVING_STATUS))
    units = session().scalars(rows.order_by(OrgUnit.ordinal)).all()
    below = dict(session().execute(
        select(OrgUnit.parent_id, func.count()).where(OrgUnit.parent_id.in_([u.id for u in units]),
                                                      OrgUnit.status.in_(LIVING_STATUS)).group_by(OrgUnit.parent_id)).all())
    heads = head_counts(ctx, [u.path for u in units])
    return [Node(u, heads.get(u.path), below.get(u.id, 0)) for u in units]


def head_counts(ctx: Context, paths: list[str]) -> dict[str, int]:
    """Members within each path the actor may read; in one statement per length of path."""
    allowed = ctx.subtrees(PEOPLE)
    readable = [p for p in paths if any(p.startswith(a) or a.startswith(p) for a in allowed)]
    found = dict.fromkeys(readable, 0)
    for length in {len(p) for p in readable}:
        some = [p for p in readable if len(p) == length]
        cut = func.substr(Person.org_path, 1, length)
        inside = [tree.within(Person.org_path, min(some)[:-tree.WIDTH])] if length > tree.WIDTH else []
        mine = [] if allowed == WHOLE_TENANT else [tree.within_any(Person.org_path, allowed)]
        rows = session().execute(select(cut, func.count()).where(counted(), *inside, *mine).group_by(cut)
                                 .execution_options(beyond_subtree=True))
        found |= {path: n for path, n in rows if path in found}
    return found


@service(READ, writes=False)
def lineage(ctx: Context, unit: OrgUnit) -> list[OrgUnit]:
    """The units from the top down to this one."""
    return list(session().scalars(select(OrgUnit).where(OrgUnit.path.in_(tree.lineage(unit.path))).order_by(OrgUnit.path)).all())


@service(READ, writes=False)
def get_org(ctx: Context, org_id: int) -> OrgUnit:
    """A unit of the tenant. Raises NotFound."""
    return ctx.get(OrgUnit, org_id)


@service(READ, writes=False)
def search_orgs(ctx: Context, text: str, limit: int = 20, *, unit_kind: str = "") -> list[OrgUnit]:
    """Living units whose name contains, or whose pinyin begins with, the text; without a text the top ones."""
    rows = select(OrgUnit).where(OrgUnit.status.in_(LIVING_STATUS))
    if unit_kind:
        rows = rows.where(OrgUnit.unit_kind == unit_kind)
    if text.strip():
        query = search_prefix(text)
        match = name_filter(query, OrgUnit.short_name, OrgUnit.name_full, OrgUnit.name_initials)
        rows = rows.where(match | OrgUnit.name.contains(text.strip(), autoescape=True))
    return list(session().scalars(rows.order_by(func.length(OrgUnit.path), OrgUnit.path).limit(limit)).all())


@service(PEOPLE, writes=False)
def members(ctx: Context, org_id: int, limit: int = 100) -> list[Person]:
    """Members and guests of the unit itself, posts first known by name."""
    unit = ctx.get(OrgUnit, org_id)
    here = (Person.org_id == unit.id) | (Person.guest_path == unit.path)
    order = (case((Person.is_formal, 0), else_=1), Person.name_full, Person.id)
    return list(session().scalars(select(Person).where(here).order_by(*order).limit(limit)).all())


@service(READ, writes=False)
def posts_in(ctx: Context, org_id: int, *, past: bool = False) -> list[PostHolding]:
    """Who holds posts in the unit (names of holders are known where the reader may see the unit's people)."""
    rows = select(PostHolding).where(PostHolding.org_id == org_id)
    if not past:
        rows = rows.where(PostHolding.ends_on.is_(None))
    return list(session().scalars(rows.order_by(PostHolding.ends_on.is_not(None), PostHolding.starts_on)).all())


@service(READ, writes=False)
def open_round(ctx: Context, org_id: int) -> RegistryCheck | None:
    """The running round of checks of a unit."""
    return session().scalars(select(RegistryCheck).where(RegistryCheck.open_of == org_id)).one_or_none()
