"""Units of the organisation as places of grants. The tree belongs to core.people, which stands above this module:
its table is therefore asked by name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Table, select

from core.base.db import metadata
from core.base.i18n import _
from core.base.scope import current_scope
from core.base.session import session

TABLE = "people_org_unit"
_KNOWN = "access_places"


@dataclass(frozen=True, slots=True)
class Place:
    """A unit and everything below it; `path` "" is the whole tenant."""

    id: int | None
    path: str
    name: str


def _units() -> Table | None:
    return metadata.tables.get(TABLE)


def unit(unit_id: int) -> Place | None:
    """The unit with this id in the tenant in scope, or None."""
    units = _units()
    if units is None:
        return None
    row = session().execute(select(units.c.id, units.c.path, units.c.short_name).where(
        units.c.tenant_id == current_scope().tenant_id, units.c.id == unit_id)).one_or_none()
    return Place(row.id, row.path, row.short_name) if row else None


def names(paths: Iterable[str]) -> dict[str, str]:
    """path -> name of the place for people, each read once per session; a path whose unit is gone says so."""
    paths = set(paths)
    known: dict[str, str] = session().info.setdefault(_KNOWN, {})
    wanted = sorted(paths - known.keys() - {""})
    units = _units()
    if wanted and units is not None:
        rows = session().execute(select(units.c.path, units.c.short_name).where(
            units.c.tenant_id == current_scope().tenant_id, units.c.path.in_(wanted))).all()
        known.update({row.path: row.short_name for row in rows})
    return {path: (known.get(path) or _("（已撤销的组织）")) if path else _("全单位") for path in paths}


def name(path: str) -> str:
    """Name of one place."""
    return names([path])[path]
