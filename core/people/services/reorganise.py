"""Changes of the tree itself: moving, merging, splitting and dissolving units."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from sqlalchemy import case, select, update

from core.base.db import session
from core.base.i18n import _
from core.base.scope import beyond_subtree
from core.contracts.errors import Invalid
from core.contracts.events import OrgChanged, OrgClosed
from core.service import Context, service

from .. import history, tree
from ..models import Affiliation, Grid, OrgUnit, Person, PostHolding
from ..moves import refresh_communities, rewrite_paths
from ..standing import close_link, settle
from ..words import LIVING_STATUS
from .membership import transfer_between
from .orgs import MANAGE, create_org, living, not_future


@service(MANAGE)
def move_org(ctx: Context, org_id: int, *, parent_id: int | None, effective_on: dt.date | None = None, document_no: str = "",
             note: str = "", version: int | None = None) -> OrgUnit:
    """Put a unit with everything below it under another parent. Raises Invalid for its own subtree."""
    unit = living(ctx, org_id)
    above = living(ctx, parent_id, "parent_id") if parent_id else None
    _manages(ctx, unit.path, above.path if above else "")
    ctx.check_version(unit, version)
    if above and tree.is_within(above.path, unit.path):
        raise Invalid({"parent_id": [_("不能把组织移到它自己或它的下级之下。")]})
    before, on = history.facts(unit), not_future(ctx, effective_on)
    if unit.parent_id != parent_id:
        _rehang(unit, above)
        history.record(ctx, unit, "moved", before, on, document_no=document_no, note=note)
    ctx.audit("org_unit", unit.id, name=unit.short_name, moved_to=above.short_name if above else "")
    ctx.publish(OrgChanged(org_id=unit.id, fields=("parent_id",)))
    return unit


def _rehang(unit: OrgUnit, above: OrgUnit | None) -> None:
    old = unit.path
    try:
        new = tree.child(above.path if above else "", unit.ordinal)
        with beyond_subtree("people: a moved unit takes its records along"):
            unit.parent_id = above.id if above else None
            rewrite_paths(old, new)
    except ValueError:
        raise Invalid({"parent_id": [_("组织层级最多 %(n)s 级。", n=tree.DEEPEST)]}) from None
    session().refresh(unit)
    refresh_communities(unit.path)


@service(MANAGE)
def merge_orgs(ctx: Context, org_id: int, *, into_id: int, effective_on: dt.date | None = None, document_no: str = "",
               note: str = "", version: int | None = None) -> OrgUnit:
    """Merge a unit into another: members, links, grids and units below go along; the merged unit keeps its history."""
    unit, kept = living(ctx, org_id), living(ctx, into_id, "into_id")
    _manages(ctx, unit.path, kept.path)
    ctx.check_version(unit, version)
    if tree.is_within(kept.path, unit.path):
        raise Invalid({"into_id": [_("不能并入自己或自己的下级组织。")]})
    _ask_modules(ctx, unit)
    on = not_future(ctx, effective_on)
    before = history.facts(unit)
    with beyond_subtree("people: merging units moves their records"):
        for child in _children(unit):
            was = history.facts(child)
            _rehang(child, kept)
            history.record(ctx, child, "moved", was, on, document_no=document_no)
        _move_people(ctx, unit, kept, on, document_no)
        session().execute(update(Grid).where(Grid.org_id == unit.id).values(org_id=kept.id, org_path=kept.path))
        session().execute(update(Person).where(Person.residence_org_id == unit.id).values(residence_org_id=kept.id))
        _end_posts(unit, on)
    _close(unit, "merged", on, kept.id)
    history.record(ctx, unit, "merged", before, on, document_no=document_no, note=note)
    ctx.audit("org_unit", unit.id, name=unit.short_name, merged_into=kept.short_name)
    ctx.publish(OrgClosed(org_id=unit.id, successor_id=kept.id, on=on.isoformat()))
    return kept


@service(MANAGE)
def split_org(ctx: Context, org_id: int, *, name: str, short_name: str, person_ids: Iterable[int] = (),
              effective_on: dt.date | None = None, document_no: str = "", version: int | None = None) -> OrgUnit:
    """Found a new unit beside this one and move the named members there."""
    unit = living(ctx, org_id)
    ctx.require(MANAGE, unit.path)
    ctx.check_version(unit, version)
    on = not_future(ctx, effective_on)
    made = create_org(ctx, name=name, short_name=short_name, kind=unit.kind, unit_kind=unit.unit_kind, parent_id=unit.parent_id,
                      founded_on=on, document_no=document_no)
    wanted = set(person_ids)
    people = session().scalars(select(Person).where(Person.org_id == unit.id, Person.id.in_(wanted), Person.is_formal)).all()
    if missing := wanted - {p.id for p in people}:
        raise Invalid({"person_ids": [_("有 %(n)s 人不是“%(name)s”的党员，请重新选择。", n=len(missing), name=unit.short_name)]})
    for person in people:
        transfer_between(ctx, person, made, on, document_no=document_no, reason=_("组织拆分"))
    ctx.audit("org_unit", unit.id, name=unit.short_name, split_off=made.short_name, members=len(people))
    return made


@service(MANAGE)
def dissolve_org(ctx: Context, org_id: int, *, effective_on: dt.date | None = None, document_no: str = "", note: str = "",
                 version: int | None = None) -> OrgUnit:
    """Dissolve an empty unit. Raises Invalid while members, units below or other modules' records depend on it."""
    unit = living(ctx, org_id)
    ctx.require(MANAGE, unit.path)
    ctx.check_version(unit, version)
    against = []
    if below := len(_children(unit)):
        against.append(_("还有 %(n)s 个下级组织，请先调整隶属或撤销。", n=below))
    with beyond_subtree("people: nobody may be left in a dissolved unit"):
        if people := len(session().scalars(select(Person.id).where(Person.org_id == unit.id, Person.is_formal)).all()):
            against.append(_("还有 %(n)s 名党员，请先转走或并入其他组织。", n=people))
        if guests := len(_guest_links(unit)):
            against.append(_("还有 %(n)s 条尚未结束的参与关系，请先结束。", n=guests))
    if against:
        raise Invalid({"org": against})
    _ask_modules(ctx, unit)
    before, on = history.facts(unit), not_future(ctx, effective_on)
    _end_posts(unit, on)
    _close(unit, "dissolved", on, None)
    history.record(ctx, unit, "dissolved", before, on, document_no=document_no, note=note)
    ctx.audit("org_unit", unit.id, name=unit.short_name, dissolved=True)
    ctx.publish(OrgClosed(org_id=unit.id, successor_id=0, on=on.isoformat()))
    return unit


def _manages(ctx: Context, *paths: str) -> None:
    for path in paths:
        ctx.require(MANAGE, path)


def _ask_modules(ctx: Context, unit: OrgUnit) -> None:
    objections = ctx.hooks.strict("check_org_removal", org_unit=unit, ctx=ctx)
    if blocking := [str(o.text) for o in objections if o.blocking]:
        raise Invalid({"org": blocking})


def _children(unit: OrgUnit) -> list[OrgUnit]:
    rows = select(OrgUnit).where(OrgUnit.parent_id == unit.id, OrgUnit.status.in_(LIVING_STATUS))
    return list(session().scalars(rows.order_by(OrgUnit.ordinal)).all())


def _move_people(ctx: Context, unit: OrgUnit, kept: OrgUnit, on: dt.date, document_no: str) -> None:
    """Members by the same pair of changes as a transfer; participation links point to the kept unit, or end where the
    same one is open there.
    """
    there = {(link.person_id, link.kind) for link in _guest_links(kept)}
    for link in _guest_links(unit):
        if (link.person_id, link.kind) in there:
            close_link(link, max(on, link.starts_on))
        else:
            link.org_id, link.org_path = kept.id, kept.path
    session().flush()
    here = (Person.org_id == unit.id) | (Person.guest_path == unit.path)
    for person in session().scalars(select(Person).where(here)).all():
        if person.is_formal and person.org_id == unit.id:
            transfer_between(ctx, person, kept, on, document_no=document_no, reason=_("组织合并"))
        elif person.org_id == unit.id:
            person.org_id, person.org_path = kept.id, kept.path
        settle(person)


def _guest_links(unit: OrgUnit) -> list[Affiliation]:
    return list(session().scalars(select(Affiliation).where(
        Affiliation.org_id == unit.id, Affiliation.ends_on.is_(None), Affiliation.kind != "formal")).all())


def _end_posts(unit: OrgUnit, on: dt.date) -> None:
    last_day = case((PostHolding.starts_on > on, PostHolding.starts_on), else_=on)
    open_posts = update(PostHolding).where(PostHolding.org_id == unit.id, PostHolding.ends_on.is_(None))
    session().execute(open_posts.values(ends_on=last_day))


def _close(unit: OrgUnit, status: str, on: dt.date, successor_id: int | None) -> None:
    unit.status, unit.dissolved_on, unit.successor_id = status, on, successor_id
    session().flush()
