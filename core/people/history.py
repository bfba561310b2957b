"""Dated history of the tree: writing a change, and how names and the tree stood on a past day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from core.base.db import session
from core.service import Context

from .models import OrgChange, OrgUnit

TRACKED = ("name", "short_name", "kind", "unit_kind", "parent_id", "status", "term_start", "term_end")
GONE = ("merged", "dissolved")


def facts(unit: OrgUnit) -> dict[str, Any]:
    """The tracked fields as JSON can hold them."""
    return {field: _plain(getattr(unit, field)) for field in TRACKED}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.date) else value


def record(ctx: Context, unit: OrgUnit, kind: str, before: dict[str, Any] | None, on: dt.date, *, document_no: str = "",
           note: str = "") -> OrgChange | None:
    """Write down what changed since `before` (None: the unit is new). Nothing changed: nothing written."""
    now = facts(unit)
    changed = [f for f in TRACKED if before is None or before.get(f) != now[f]]
    if not changed:
        return None
    row = OrgChange(org_id=unit.id, kind=kind, effective_on=on, document_no=document_no, note=note, by_name=ctx.actor.label,
                    before={f: before[f] for f in changed} if before else {}, after={f: now[f] for f in changed})
    session().add(row)
    return row


@dataclass(frozen=True, slots=True)
class UnitThen:
    """A unit as it stood on a past day."""

    id: int
    name: str
    short_name: str
    kind: str
    unit_kind: str
    parent_id: int | None
    status: str


def tree_as_of(on: dt.date) -> dict[int, UnitThen]:
    """The living units of the tenant at the end of a day, by id: today's rows with the later changes taken back.

    A unit whose founding day nobody recorded counts as always there.
    """
    units = {u.id: facts(u) for u in session().scalars(select(OrgUnit)).all()}
    later = session().scalars(
        select(OrgChange).where(OrgChange.effective_on > on)
        .order_by(OrgChange.effective_on.desc(), OrgChange.id.desc())
    ).all()
    for change in later:
        if not change.before:                     # it was founded by this change
            units.pop(change.org_id, None)
        elif change.org_id in units:
            units[change.org_id].update(change.before)
    found = {i: UnitThen(i, *(f[k] for k in ("name", "short_name", "kind", "unit_kind", "parent_id", "status")))
             for i, f in units.items()}
    return {i: unit for i, unit in found.items() if unit.status not in GONE}


def changes_of(org_ids: Iterable[int]) -> list[OrgChange]:
    """The history of units, newest first."""
    return list(session().scalars(select(OrgChange).where(OrgChange.org_id.in_(list(org_ids)))
                                  .order_by(OrgChange.effective_on.desc(), OrgChange.id.desc())).all())
