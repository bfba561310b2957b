"""Suggestions: which offers could meet which needs. Explained, never automatic, and no unit is scored against another.

A suggestion gives its reasons in words: the same kind, the place, the same skill. Those with more reasons stand first;
equal ones by name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from sqlalchemy import select

from core.base.db import session
from core.base.i18n import _
from core.base.scope import beyond_subtree
from core.people.models import OrgUnit
from core.service import Context, service
from core.settings.dictionaries import label

from ..conditions import usable
from ..models import NeedItem, Pairing, PartnerUnit, ResourceItem
from ..sides import READ
from .pages import my_pairs, needs_of_partners

BETWEEN = re.compile(r"[\s,，、;；/]+")
MOST = 6


@dataclass(frozen=True, slots=True)
class Suggestion:
    """An offer (or, where nothing is offered, the unit's strengths) for a need, and why."""

    need: NeedItem
    pair: Pairing
    unit_name: str
    offer: ResourceItem | None
    reasons: tuple[str, ...]


def words(text: str) -> set[str]:
    """The skills of a list with marks between."""
    return {word for word in BETWEEN.split(text or "") if len(word) > 1}


def same_words(one: str, other: str) -> list[str]:
    """Skills both lists name; one may be part of the other (电工 and 电工维修)."""
    return sorted({a if len(a) <= len(b) else b for a in words(one) for b in words(other) if a in b or b in a})


def reasons(need: NeedItem, pair: Pairing, unit: PartnerUnit, offer: ResourceItem | None, streets: list[str]) -> tuple[str, ...]:
    """Why the unit could meet the need; () when nothing but the pairing speaks for it."""
    said = []
    if offer is not None and offer.kind == need.kind:
        said.append(_("类别相同：%(kind)s", kind=label("pairing.kind", need.kind)))
    found = same_words(f"{need.skills}、{need.title}", f"{offer.skills if offer else ''}、{unit.strengths}")
    if not found and need.skills:
        found = [word for word in words(need.skills) if offer is not None and word in offer.title]
    if found:
        said.append(_("专长相符：%(words)s", words="、".join(found)))
    if said and unit.org_path.startswith(pair.org_path):
        said.append(_("单位就在%(org)s", org=pair.org_name))
    elif said and any(pair.org_path.startswith(street) and unit.org_path.startswith(street) for street in streets):
        said.append(_("单位在同一街道"))
    return tuple(said)


@service(READ, writes=False)
def for_need(ctx: Context, need: NeedItem) -> list[Suggestion]:
    """What the units paired with the need's community could do about it."""
    return _suggested(ctx, [need], my_pairs(ctx, Pairing.org_id == need.org_id))


@service(READ, writes=False)
def for_unit(ctx: Context, unit_id: int) -> list[Suggestion]:
    """Open needs of its communities that a unit could meet."""
    pairs = my_pairs(ctx, Pairing.unit_id == unit_id)
    return _suggested(ctx, needs_of_partners(ctx, pairs), pairs)


def _suggested(ctx: Context, needs: list[NeedItem], pairs: list[Pairing]) -> list[Suggestion]:
    ids = {pair.unit_id for pair in pairs}
    with beyond_subtree("pairing: offers of a unit are open to its partners"):
        units = {unit.id: unit for unit in session().scalars(select(PartnerUnit).where(PartnerUnit.id.in_(ids)))}
        offers = session().scalars(select(ResourceItem).where(ResourceItem.unit_id.in_(ids), usable(ctx.today()))).all()
    streets = list(session().scalars(select(OrgUnit.path).where(OrgUnit.unit_kind == "street")))
    found: dict[tuple[int, int], Suggestion] = {}
    for need in needs:
        for pair in (one for one in pairs if one.org_id == need.org_id):
            unit = units[pair.unit_id or 0]
            own = [None, *(offer for offer in offers if offer.unit_id == unit.id)]      # an offer is named if it adds a reason
            told = [Suggestion(need, pair, unit.name, offer, reasons(need, pair, unit, offer, streets)) for offer in own]
            best = max(told, key=lambda one: len(one.reasons))
            if best.reasons:
                found.setdefault((need.id, unit.id), best)          # a unit paired twice is named once
    return _ordered(list(found.values()))


def _ordered(found: list[Suggestion]) -> list[Suggestion]:
    return sorted(found, key=lambda one: (-len(one.reasons), one.unit_name, one.need.id))[:MOST]
