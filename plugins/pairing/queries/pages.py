"""Pairings, needs, offers and projects as their pages show them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from core.base.db import session
from core.base.scope import beyond_subtree
from core.contracts.errors import NotFound
from core.people.models import OrgUnit
from core.service import Context, service

from ..conditions import usable
from ..models import (
    Contribution,
    JointProject,
    NeedItem,
    PairAgreement,
    Pairing,
    PairReview,
    PairVisit,
    PartnerUnit,
    QuarterSummary,
    ResourceItem,
    Spending,
)
from ..sides import READ, unit_named
from ..words import NEED_OPEN, PROJECT_OPEN, WORKING

RECENT = 30


@dataclass(frozen=True, slots=True)
class PairPage:
    """A pairing with everything both sides did, newest first."""

    pair: Pairing
    unit: PartnerUnit
    versions: list[PairAgreement]
    projects: list[JointProject]
    gifts: list[Contribution]
    visits: list[PairVisit]
    summaries: list[QuarterSummary]
    reviews: list[PairReview]
    open_needs: list[NeedItem]


@dataclass(frozen=True, slots=True)
class NeedPage:
    """A need; `mine` are pairings through which the reader's unit could claim it."""

    need: NeedItem
    org: OrgUnit
    unit: PartnerUnit | None
    project: JointProject | None
    mine: list[Pairing]


@dataclass(frozen=True, slots=True)
class OfferPage:
    """An offer and its unit; `mine` are pairings of the reader's communities with that unit."""

    offer: ResourceItem
    unit: PartnerUnit
    mine: list[Pairing]


@dataclass(frozen=True, slots=True)
class ProjectPage:
    """A project with what was given and spent."""

    project: JointProject
    pair: Pairing
    need: NeedItem | None
    gifts: list[Contribution]
    spendings: list[Spending]
    raised: int
    spent: int
    names: dict[int, str]


@service(READ, writes=False)
def pair_page(ctx: Context, pair_id: int) -> PairPage:
    """Raises NotFound for a pairing neither of whose sides lies in the reader's subtrees."""
    pair = ctx.get(Pairing, pair_id)
    unit = unit_named(ctx, pair.unit_id or 0)
    if unit is None:
        raise NotFound("unit")

    def own(model: Any, order: Any) -> list[Any]:
        return list(session().scalars(select(model).where(model.pair_id == pair.id).order_by(order.desc(),
            model.id.desc()).limit(RECENT)))

    needs = needs_of_partners(ctx, [pair]) if pair.state in WORKING else []
    return PairPage(pair, unit, own(PairAgreement, PairAgreement.number), own(JointProject, JointProject.published_on),
        own(Contribution, Contribution.on),
                    own(PairVisit, PairVisit.on), own(QuarterSummary, QuarterSummary.on), own(PairReview, PairReview.year), needs)


def needs_of_partners(ctx: Context, pairs: list[Pairing]) -> list[NeedItem]:
    """Open needs of the communities of pairings the reader sees: those asked of nobody, and those asked of him."""
    if not pairs:
        return []
    with beyond_subtree("pairing: open needs of the communities a unit is paired with"):
        found = session().scalars(select(NeedItem).where(NeedItem.org_id.in_({p.org_id for p in pairs}),
            NeedItem.state.in_(NEED_OPEN))
                                  .order_by(NeedItem.wanted_by.nulls_last(), NeedItem.published_on, NeedItem.id).limit(200)).all()
    mine = {p.id for p in pairs}
    return [need for need in found if need.state == "open" or need.pair_id in mine]


def my_pairs(ctx: Context, *where: Any) -> list[Pairing]:
    """Working pairings in sight."""
    return list(session().scalars(select(Pairing).where(Pairing.state.in_(WORKING), *where).order_by(Pairing.unit_name,
        Pairing.id).limit(500)))


@service(READ, writes=False)
def need_page(ctx: Context, need_id: int) -> NeedPage:
    """Raises NotFound for a need the reader neither sees nor could claim."""
    with beyond_subtree("pairing: judged below, by place or by pairing"):
        need = session().scalars(select(NeedItem).where(NeedItem.id == need_id)).one_or_none()
    if need is None:
        raise NotFound("need")
    partners = my_pairs(ctx, Pairing.org_id == need.org_id)
    seen = any(path and ctx.may(READ, path) for path in (need.org_path, need.unit_path))
    if not seen and need not in needs_of_partners(ctx, partners):
        raise NotFound("need")
    claiming = [p for p in partners if p.unit_path and ctx.may("pairing.unit.act", p.unit_path)]
    project = session().scalars(
        select(JointProject).where(JointProject.need_id == need.id).order_by(JointProject.id.desc()).limit(1)).one_or_none()
    return NeedPage(need, ctx.get(OrgUnit, need.org_id), unit_named(ctx, need.unit_id or 0), project,
                    claiming if need.state == "open" else [p for p in claiming if p.id == need.pair_id and need.state == "asked"])


@service(READ, writes=False)
def offer_page(ctx: Context, resource_id: int) -> OfferPage:
    """An offer of an own unit, or of a unit paired with an own community. Raises NotFound."""
    with beyond_subtree("pairing: judged below, by place or by pairing"):
        offer = session().scalars(select(ResourceItem).where(ResourceItem.id == resource_id)).one_or_none()
    if offer is None:
        raise NotFound("resource")
    partners = my_pairs(ctx, Pairing.unit_id == offer.unit_id)
    stands = offer.state == "offered" and (offer.until is None or offer.until >= ctx.today())
    if not ctx.may(READ, offer.org_path) and not (partners and stands):
        raise NotFound("resource")
    unit = unit_named(ctx, offer.unit_id)
    if unit is None:
        raise NotFound("unit")
    return OfferPage(offer, unit, [p for p in partners if stands and ctx.may("pairing.community.act", p.org_path)])


@service(READ, writes=False)
def project_page(ctx: Context, project_id: int) -> ProjectPage:
    """Raises NotFound for a project neither of whose sides lies in the reader's subtrees.

    The leading unit sees the sum of what others gave, not who gave what: that is between each of them and the community.
    """
    project = ctx.get(JointProject, project_id)
    gifts = list(session().scalars(select(Contribution).where(Contribution.project_id == project.id)
                                   .order_by(Contribution.on.desc(), Contribution.id.desc()).limit(200)))
    spendings = list(session().scalars(select(Spending).where(Spending.project_id == project.id).order_by(Spending.on.desc())))
    need = session().scalars(select(NeedItem).where(NeedItem.id == (project.need_id or 0))).one_or_none()
    with beyond_subtree("pairing: names of units and the sum of a project are known to its sides"):
        names = dict(session().execute(select(PartnerUnit.id,
            PartnerUnit.name).where(PartnerUnit.id.in_({g.unit_id for g in gifts}))).all())
        total = sum(row or 0 for row in session().scalars(select(Contribution.amount_fen).where(
            Contribution.project_id == project.id, Contribution.kind == "cash", Contribution.state == "confirmed")))
    return ProjectPage(project, ctx.get(Pairing, project.pair_id), need, gifts, spendings, total,
                       sum(row.amount_fen for row in spendings), names)


@service(READ, writes=False)
def gift_page(ctx: Context, gift_id: int) -> tuple[Contribution, Pairing, str, bool]:
    """A contribution, its pairing, the project's title, and whether the reader sees the project."""
    gift = ctx.get(Contribution, gift_id)
    with beyond_subtree("pairing: a giver knows what the gift was for"):
        project = ctx.get(JointProject, gift.project_id)
    seen = any(path and ctx.may(READ, path) for path in (project.org_path, project.unit_path))
    return gift, ctx.get(Pairing, gift.pair_id), project.title, seen


@service(READ, writes=False)
def visit_page(ctx: Context, visit_id: int) -> tuple[PairVisit, Pairing]:
    visit = ctx.get(PairVisit, visit_id)
    return visit, ctx.get(Pairing, visit.pair_id)


@service("pairing.unit.read", writes=False)
def unit_page(ctx: Context, unit_id: int) -> tuple[PartnerUnit, list[Pairing], list[ResourceItem]]:
    """A unit of the reader's part of the tenant, or one he sees a pairing of; only pairings he sees. Raises NotFound."""
    unit = unit_named(ctx, unit_id)
    if unit is None:
        raise NotFound("unit")
    pairs = list(
        session().scalars(select(Pairing).where(Pairing.unit_id == unit.id).order_by(Pairing.starts_on.desc()).limit(100)))
    if not pairs and not ctx.may("pairing.unit.read", unit.org_path):
        raise NotFound("unit")
    with beyond_subtree("pairing: offers of a unit are open to its partners"):
        offers = list(session().scalars(select(ResourceItem).where(
            ResourceItem.unit_id == unit.id, usable(ctx.today())).order_by(ResourceItem.id).limit(100)))
    return unit, pairs, offers


@dataclass(frozen=True, slots=True)
class Desk:
    """What the first page of the module shows."""

    pairs: list[Pairing]
    needs: list[NeedItem]
    names: dict[int, str]
    to_sign: list[tuple[PairAgreement, str]]
    waiting: list[JointProject]
    gifts: list[Contribution]


@service(READ, writes=False)
def desk(ctx: Context) -> Desk:
    """What waits for the reader's side, and the pairings in force."""
    pairs = sorted(my_pairs(ctx), key=lambda one: (one.state != "dormant", one.ends_on))     # what needs attention first
    needs = needs_of_partners(ctx, [p for p in pairs if p.unit_path and ctx.may("pairing.unit.act", p.unit_path)])
    names = dict(session().execute(select(OrgUnit.id, OrgUnit.short_name).where(OrgUnit.id.in_({n.org_id for n in needs}))).all())
    unsigned = session().execute(select(PairAgreement,
        Pairing.unit_name + " — " + Pairing.org_name).join(PairAgreement.pair).where(
        PairAgreement.dropped_on.is_(None), PairAgreement.unit_signed_on.is_(None) | PairAgreement.org_signed_on.is_(None),
        Pairing.state.not_in(("ended", "declined"))).order_by(PairAgreement.proposed_on).limit(100)).all()
    mine = [(a, name) for a, name in unsigned if (not a.unit_signed_on and ctx.may("pairing.unit.act", a.unit_path))
            or (not a.org_signed_on and ctx.may("pairing.community.act", a.org_path))]
    open_projects = session().scalars(select(JointProject).where(JointProject.state.in_(PROJECT_OPEN)).order_by(
        JointProject.due_on.nulls_last(), JointProject.id).limit(200)).all()
    gifts = session().scalars(select(Contribution).where(Contribution.state.in_(("unit_stated", "community_stated")))
                              .order_by(Contribution.on).limit(100)).all()
    turn = {"unit_stated": ("pairing.community.act", "org_path"), "community_stated": ("pairing.unit.act", "unit_path")}
    return Desk(pairs, needs, names, mine, [p for p in open_projects if _my_turn(ctx, p)],
                [g for g in gifts if ctx.may(turn[g.state][0], getattr(g, turn[g.state][1]))])


def _my_turn(ctx: Context, project: JointProject) -> bool:
    if project.state == "delivered":
        return ctx.may("pairing.community.act", project.org_path)
    return ctx.may("pairing.unit.act", project.unit_path)
