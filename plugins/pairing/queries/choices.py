"""Lists to choose from in forms: always what the reader of the running request may name."""

from __future__ import annotations

from sqlalchemy import select

from core.base.db import session
from core.base.i18n import _
from core.base.scope import beyond_subtree, narrowed
from core.people.models import OrgUnit
from core.people.words import LIVING_STATUS, PARTY_ORGS
from core.service import WHOLE_TENANT, Context
from core.web import ctx

from ..models import Pairing, PartnerUnit, ResourceItem
from ..words import PAIR_KINDS, WORKING

MOST = 500
Options = list[tuple[int, str]]


def within_right(reader: Context, permission: str):  # type: ignore[no-untyped-def]
    """The subtrees in which the reader holds the permission, for a `with`."""
    paths = reader.subtrees(permission)
    return narrowed(None if paths == WHOLE_TENANT else paths)


def working_pairs() -> Options:
    """Pairings in force that the reader sees."""
    with within_right(ctx(), "pairing.pair.read"):
        rows = session().scalars(select(Pairing).where(Pairing.state.in_(WORKING)).order_by(Pairing.unit_name).limit(MOST)).all()
    return [(row.id, _("%(pair)s（%(kind)s）", pair=row.label, kind=PAIR_KINDS[row.kind])) for row in rows]


def my_resources() -> Options:
    """Offers of the units the reader acts for."""
    with within_right(ctx(), "pairing.unit.act"):
        rows = session().execute(select(ResourceItem.id, ResourceItem.title).where(ResourceItem.state == "offered")
                                 .order_by(ResourceItem.title).limit(MOST)).all()
    return [(row.id, row.title) for row in rows]


def own_units() -> Options:
    """Units the reader acts for."""
    with within_right(ctx(), "pairing.unit.act"):
        return _units()


def pairable_units() -> Options:
    """Units that may be paired: all for whoever acts for communities or keeps units, else the reader's own."""
    reader = ctx()
    if reader.may("pairing.community.act") or reader.may("pairing.unit.manage"):
        with beyond_subtree("pairing: names of units are known to those who look for a partner"):
            return _units()
    return own_units()


def _units() -> Options:
    rows = session().execute(select(PartnerUnit.id,
        PartnerUnit.name).where(PartnerUnit.left_on.is_(None)).order_by(PartnerUnit.name).limit(MOST)).all()
    return [(row.id, row.name) for row in rows]


def _orgs(*where: object) -> Options:
    rows = session().execute(select(OrgUnit.id, OrgUnit.short_name).where(OrgUnit.status.in_(LIVING_STATUS), *where)
                             .order_by(OrgUnit.path).limit(MOST)).all()
    return [(row.id, row.short_name) for row in rows]


def communities() -> Options:
    """Streets, communities and Party organisations a unit may be paired with."""
    return _orgs(OrgUnit.unit_kind.in_(("street", "community")) | OrgUnit.kind.in_(PARTY_ORGS))


def own_communities() -> Options:
    """Those the reader acts for."""
    found = dict(communities())
    paths = dict(session().execute(select(OrgUnit.id, OrgUnit.path).where(OrgUnit.id.in_(found))).all())
    return [(one, name) for one, name in found.items() if ctx().may("pairing.community.act", paths[one])]


def places() -> Options:
    """Streets and communities under which a unit's place is made."""
    return _orgs(OrgUnit.unit_kind.in_(("county", "street", "community")))
