"""Gatherings as their pages need them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from core.base.db import session
from core.base.scope import beyond_subtree
from core.people.models import OrgUnit, Person
from core.people.tree import within
from core.service import Context, service

from ..conditions import open_now
from ..models import Gathering, GatheringAttendance, MobileRecord

__all__ = ["GatheringPage", "SheetRow", "expected", "gathering_page", "within"]


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One line of the sign-in sheet."""

    person_id: int
    name: str
    branch: str
    region: str
    present: bool


@dataclass(frozen=True, slots=True)
class GatheringPage:
    """A gathering with its host and its sheet."""

    gathering: Gathering
    host: OrgUnit
    sheet: list[SheetRow]

    @property
    def present(self) -> int:
        return sum(1 for row in self.sheet if row.present)


def expected(gathering: Gathering) -> list[Any]:
    """Open stays of members whose home lies in the host's subtree: who is invited."""
    return list(session().scalars(select(MobileRecord).where(
        MobileRecord.direction == "outflow", open_now(), within(MobileRecord.org_path, gathering.org_path))))


@service("liaison.record.read", writes=False)
def gathering_page(ctx: Context, gathering_id: int) -> GatheringPage:
    """Raises NotFound for a gathering outside the reader's subtrees."""
    gathering = ctx.get(Gathering, gathering_id)
    rows = select(Person.id, Person.name, OrgUnit.short_name, MobileRecord.region, GatheringAttendance.present).join(
        Person, (Person.tenant_id == GatheringAttendance.tenant_id) & (Person.id == GatheringAttendance.person_id)).join(
        OrgUnit, (OrgUnit.tenant_id == Person.tenant_id) & (OrgUnit.id == Person.org_id)).outerjoin(
        MobileRecord, (MobileRecord.tenant_id == GatheringAttendance.tenant_id)
        & (MobileRecord.id == GatheringAttendance.record_id)).where(
        GatheringAttendance.gathering_id == gathering.id).order_by(OrgUnit.path, Person.name_full, Person.id)
    with beyond_subtree("liaison: who signed in is known to the host"):
        sheet = [SheetRow(r[0], r[1], r[2], r[3] or "", r[4]) for r in session().execute(rows.select_from(GatheringAttendance))]
    return GatheringPage(gathering, ctx.get(OrgUnit, gathering.org_id), sheet)
