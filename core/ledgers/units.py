"""The organisation units a ledger can be filtered by: the only place of the engine that knows the tree."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select

from core.base.memo import remembered
from core.base.session import session
from core.people.models import OrgUnit
from core.people.words import LIVING_STATUS
from core.service import WHOLE_TENANT, Context

from .scope import below, within

MOST = 80         # more choices than this nobody scrolls through: deeper units are offered below the one chosen
LEVEL = 4         # characters of a path per level of the tree


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit as a choice; `depth` counts from the top of what is offered."""

    id: int
    name: str
    path: str
    depth: int = 0


def find(ctx: Context, unit_id: int) -> Unit | None:
    """The unit with this id, or None. Names of units are known to all staff; rows are narrowed by the ledger's scope."""
    row = session().execute(select(OrgUnit.id, OrgUnit.short_name, OrgUnit.path).where(OrgUnit.id == unit_id)).one_or_none()
    return Unit(row.id, row.short_name, row.path) if row else None


def offered(ctx: Context, permission: str, chosen: Unit | None = None) -> list[Unit]:
    """Units of the reader's subtrees in official order: from the top down as many levels as fit into a choice, and what
    lies right below the unit chosen."""
    paths = ctx.subtrees(permission)
    return remembered("settings", ("ledgers.units", paths, chosen), lambda: _read(paths, chosen))


def _read(paths: tuple[str, ...], chosen: Unit | None) -> list[Unit]:
    wanted = select(OrgUnit.id, OrgUnit.short_name, OrgUnit.path).where(OrgUnit.status.in_(LIVING_STATUS))
    if paths != WHOLE_TENANT:
        wanted = wanted.where(within([OrgUnit.path], paths))
    shallow = wanted.order_by(func.length(OrgUnit.path), OrgUnit.path).limit(MOST + 1)
    rows = list(session().execute(shallow))
    if len(rows) > MOST:
        deepest = len(rows[-1].path)
        rows = [r for r in rows if len(r.path) < deepest] or rows[:MOST]
        if chosen is not None:
            below_it = wanted.where(below(OrgUnit.path, chosen.path), func.length(OrgUnit.path) <= len(chosen.path) + LEVEL)
            rows += session().execute(below_it.order_by(OrgUnit.path).limit(MOST))
    top = min((len(r.path) for r in rows), default=0)
    units = {r.id: Unit(r.id, r.short_name, r.path, (len(r.path) - top) // LEVEL) for r in rows}
    return sorted(units.values(), key=lambda u: u.path)


def own_name(ctx: Context, permission: str) -> str:
    """The unit in whose name a reader reports: the one unit whose subtree is read, else the tenant."""
    paths = ctx.subtrees(permission)
    if paths == WHOLE_TENANT or len(paths) != 1:
        return ctx.tenant.name
    return session().scalars(select(OrgUnit.name).where(OrgUnit.path == paths[0])).one_or_none() or ctx.tenant.name
