"""What one may pick in forms: few are listed, of many one types a name. Always what the reader of the request may name."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, false, select

from core.base.db import session
from core.base.i18n import _
from core.base.pinyin import name_filter, search_prefix
from core.base.scope import Scope, beyond_subtree, narrowed
from core.people.models import OrgUnit
from core.people.tree import within_any
from core.people.words import LIVING_STATUS, PARTY_ORGS
from core.service import WHOLE_TENANT, Context

from ..conditions import usable
from ..models import Pairing, PartnerUnit, ResourceItem
from ..sides import MANAGE, ORG_ACT, READ, UNIT_ACT
from ..words import HAS_RUN, PAIR_KINDS, WORKING

FEW = 100
Options = list[tuple[int, str]]


def _reach(reader: Context, permission: str | None) -> AbstractContextManager[Scope]:
    """The subtrees in which the reader holds the permission, or all of the tenant, for a `with`."""
    if permission is None:
        return beyond_subtree("pairing: names known to those who look for a partner")
    paths = reader.subtrees(permission)
    return narrowed(None if paths == WHOLE_TENANT else paths)


@dataclass(frozen=True, slots=True)
class Choosable:
    """One kind of things to pick: `query` gives the rows a reader may name, id first."""

    kind: str
    query: Callable[[Context], Select[Any]]
    match: Callable[[str], Any]
    right: Callable[[Context], str | None]
    label: Callable[[Any], str] = lambda row: row[1]

    def find(self, ctx: Context, typed: str = "", limit: int = FEW, only: int | None = None) -> Options:
        """Entries whose name holds what was typed; all when nothing was. `only`: the one with this id."""
        wanted = self.query(ctx)
        if typed.strip():
            wanted = wanted.where(self.match(typed.strip()))
        if only is not None:
            wanted = wanted.where(wanted.selected_columns[0] == only)
        with _reach(ctx, self.right(ctx)):
            return [(row[0], self.label(row)) for row in session().execute(wanted.limit(limit)).all()]

    def name(self, ctx: Context, record_id: int) -> str:
        return next((label for _id, label in self.find(ctx, limit=1, only=record_id)), "")


def _units(ctx: Context) -> Select[Any]:
    return select(PartnerUnit.id, PartnerUnit.name).where(PartnerUnit.left_on.is_(None)).order_by(PartnerUnit.name)


def _orgs(*where: Any) -> Select[Any]:
    return select(OrgUnit.id, OrgUnit.short_name).where(OrgUnit.status.in_(LIVING_STATUS), *where).order_by(OrgUnit.path)


def _orgs_of(permission: str, *where: Any) -> Callable[[Context], Select[Any]]:
    """Places where the reader holds the permission; the tree itself is known to all staff, so it is narrowed here."""
    def query(ctx: Context) -> Select[Any]:
        paths = ctx.subtrees(permission)
        return _orgs(*where, within_any(OrgUnit.path, paths) if paths else false())
    return query


def _pairs(ctx: Context) -> Select[Any]:
    return select(Pairing.id, Pairing.unit_name, Pairing.org_name, Pairing.kind).where(
        Pairing.state.in_(WORKING)).order_by(Pairing.unit_name, Pairing.id)


def _run_pairs(ctx: Context) -> Select[Any]:
    return select(Pairing.id, Pairing.unit_name, Pairing.org_name, Pairing.kind, Pairing.starts_on, Pairing.ends_on).where(
        Pairing.state.in_((*HAS_RUN, "ended")), Pairing.signed_on.is_not(None)).order_by(
        Pairing.unit_name, Pairing.starts_on.desc(), Pairing.id)


def _pair_label(row: Any) -> str:
    return _("%(pair)s（%(kind)s）", pair=f"{row.unit_name} — {row.org_name}", kind=PAIR_KINDS[row.kind])


def _run_label(row: Any) -> str:
    """With its term: several of the same two follow one another."""
    term = _("%(a)s 至 %(b)s", a=row.starts_on.isoformat(), b=row.ends_on.isoformat())
    return _("%(pair)s（%(kind)s）", pair=f"{row.unit_name} — {row.org_name}", kind=f"{PAIR_KINDS[row.kind]} · {term}")


def _offers(ctx: Context) -> Select[Any]:
    return select(ResourceItem.id, ResourceItem.title).where(usable(ctx.today())).order_by(ResourceItem.title, ResourceItem.id)


def _seeker(ctx: Context) -> str | None:
    """Whoever acts for communities or keeps units may name every unit, others those they act for."""
    return None if ctx.may(ORG_ACT) or ctx.may(MANAGE) else UNIT_ACT


def _has(column: Any) -> Callable[[str], Any]:
    return lambda typed: column.contains(typed, autoescape=True)


def _org_named(typed: str) -> Any:
    keyed = name_filter(search_prefix(typed), OrgUnit.short_name, OrgUnit.name_full, OrgUnit.name_initials)
    return keyed | _has(OrgUnit.name)(typed)


def _pair_named(typed: str) -> Any:
    return _has(Pairing.unit_name)(typed) | _has(Pairing.org_name)(typed)


def home(ctx: Context, permission: str) -> int | None:
    """The one place on which the reader holds the permission; None for whoever holds it on several, or on all."""
    paths = ctx.subtrees(permission)
    return session().scalar(select(OrgUnit.id).where(OrgUnit.path == paths[0])) if len(paths) == 1 and paths[0] else None


PLACES = OrgUnit.unit_kind.in_(("street", "community"))
unit = Choosable("pairing-unit", _units, _has(PartnerUnit.name), _seeker)
own_unit = Choosable("pairing-own-unit", _units, _has(PartnerUnit.name), lambda ctx: UNIT_ACT)
offer = Choosable("pairing-offer", _offers, _has(ResourceItem.title), lambda ctx: UNIT_ACT)
pair = Choosable("pairing-pair", _pairs, _pair_named, lambda ctx: READ, _pair_label)
run_pair = Choosable("pairing-run-pair", _run_pairs, _pair_named, lambda ctx: READ, _run_label)
community = Choosable("pairing-community", lambda ctx: _orgs(PLACES | OrgUnit.kind.in_(PARTY_ORGS)), _org_named, lambda ctx: None)
own_community = Choosable("pairing-own-community", _orgs_of(ORG_ACT, PLACES | OrgUnit.kind.in_(PARTY_ORGS)), _org_named,
                          lambda ctx: None)
convener = Choosable("pairing-convener", _orgs_of("pairing.council.manage", PLACES | OrgUnit.kind.in_(PARTY_ORGS)), _org_named,
                     lambda ctx: None)
place = Choosable("pairing-place", _orgs_of(MANAGE, OrgUnit.unit_kind.in_(("county", "street", "community"))), _org_named,
                  lambda ctx: None)
CHOOSABLE = (unit, own_unit, offer, pair, run_pair, community, own_community, convener, place)
