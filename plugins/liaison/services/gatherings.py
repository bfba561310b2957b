"""Return-home education: planning a gathering, its sign-in sheet, and the hours that follow from it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, select, update

from core.base.db import session
from core.base.i18n import _
from core.base.scope import beyond_subtree
from core.contracts.errors import Conflict, Invalid
from core.contracts.events import LearningHoursEarned
from core.people.models import OrgUnit, Person
from core.people.words import LIVING_STATUS
from core.service import Context, service

from ..models import Gathering, GatheringAttendance, MobileRecord
from ..queries.gatherings import expected, within
from ..words import OPEN

MANAGE = "liaison.education.manage"
BETWEEN = re.compile(r"[\r\n\t,，、;；]+")
MOST = 500


@dataclass(frozen=True, slots=True)
class Matched:
    """What became of a pasted list: how many are on the sheet now, and names that fit nobody or several."""

    added: int
    unknown: tuple[str, ...]
    several: tuple[str, ...]


@service(MANAGE)
def save_gathering(ctx: Context, gathering_id: int | None = None, *, org_id: int, version: int | None = None,
                   **data: Any) -> Gathering:
    """Plan a gathering or change one that is not confirmed yet. The sheet starts with the members who are away."""
    gathering = open_gathering(ctx, gathering_id, version) if gathering_id else Gathering()
    host = session().get(OrgUnit, (ctx.tenant.id, org_id))
    if host is None or host.status not in LIVING_STATUS or not ctx.may(MANAGE, host.path):
        raise Invalid({"org_id": [_("请选择您负责范围内正常运行的组织。")]})
    gathering.org_id, gathering.org_path = host.id, host.path
    for name in ("title", "on", "minutes", "place", "content"):
        setattr(gathering, name, data.get(name) or "")
    session().add(gathering)
    session().flush()
    if not gathering_id:
        session().add_all(GatheringAttendance(gathering_id=gathering.id, person_id=row.person_id, record_id=row.id)
                          for row in expected(gathering))
    ctx.audit("liaison_gathering", gathering.id, gathering.title, host=host.short_name)
    return gathering


@service(MANAGE)
def tick(ctx: Context, gathering_id: int, *, present: list[int], version: int | None = None) -> int:
    """Set who of the sheet was there; returns how many."""
    gathering = open_gathering(ctx, gathering_id, version)
    mine = GatheringAttendance.gathering_id == gathering.id
    wanted = set(present)
    for row in session().scalars(select(GatheringAttendance).where(mine)):
        row.present = row.person_id in wanted
    gathering.content = gathering.content          # a new version: a sheet opened earlier is stale now
    session().flush()
    here = session().scalars(select(GatheringAttendance.id).where(mine, GatheringAttendance.present.is_(True))).all()
    ctx.audit("liaison_gathering", gathering.id, gathering.title, present=len(here))
    return len(here)


@service(MANAGE)
def paste_names(ctx: Context, gathering_id: int, *, names: str) -> Matched:
    """Put the people of a copied list on the sheet as present. Names that fit nobody or several are given back."""
    gathering = open_gathering(ctx, gathering_id, None)
    typed = list(dict.fromkeys(names_typed(names)))[: MOST + 1]
    if len(typed) > MOST:
        raise Invalid({"names": [_("一次最多核对 %(n)s 人。", n=MOST)]})
    rows = session().execute(select(Person.id, Person.name).where(
        Person.name.in_(typed), within(Person.org_path, gathering.org_path))).all()
    by_name: dict[str, list[int]] = {}
    for row in rows:
        by_name.setdefault(row.name, []).append(row.id)
    found = [by_name[name][0] for name in typed if len(by_name.get(name, ())) == 1]
    add_people(gathering, found)
    ctx.audit("liaison_gathering", gathering.id, gathering.title, pasted=len(found))
    several = tuple(name for name in typed if len(by_name.get(name, ())) > 1)
    return Matched(len(found), tuple(name for name in typed if name not in by_name), several)


def names_typed(text: str) -> Iterator[str]:
    """Names of a copied list. A blank stands between names, or inside a name of two signs to make it as wide as the others."""
    for part in BETWEEN.split(text):
        words = part.split()
        yield from ["".join(words)] if all(len(word) == 1 for word in words) and words else words


def add_people(gathering: Gathering, person_ids: list[int]) -> None:
    """Put persons on the sheet as present; those already there are ticked."""
    mine = GatheringAttendance.gathering_id == gathering.id
    known = {row.person_id: row for row in session().scalars(select(GatheringAttendance).where(mine))}
    records = dict(session().execute(select(MobileRecord.person_id, MobileRecord.id).where(   # type: ignore[arg-type]
        MobileRecord.open_of.in_(person_ids))).all())
    for person_id in person_ids:
        if person_id in known:
            known[person_id].present = True
        else:
            session().add(GatheringAttendance(gathering_id=gathering.id, person_id=person_id, present=True,
                                              record_id=records.get(person_id)))
    session().flush()


@service(MANAGE)
def confirm_gathering(ctx: Context, gathering_id: int, *, version: int | None = None) -> int:
    """Make the sheet final and announce the hours of everybody present, once. Returns how many were present.

    Who was invited and did not come is not kept: nobody is listed for missing an activity (domain.md §6).
    """
    gathering = open_gathering(ctx, gathering_id, version)
    if gathering.on > ctx.today():
        raise Invalid({"on": [_("活动还没有举行，不能确认签到。")]})
    mine = GatheringAttendance.gathering_id == gathering.id
    people = list(session().scalars(select(GatheringAttendance.person_id).where(mine, GatheringAttendance.present.is_(True))))
    if not people:
        raise Invalid({"present": [_("签到表上还没有到场的人。")]})
    session().execute(delete(GatheringAttendance).where(mine, GatheringAttendance.present.is_(False)))
    gathering.confirmed_on, gathering.confirmed_by = ctx.today(), ctx.actor.label[:80]
    with beyond_subtree("liaison: taking part counts for the record of either side"):
        session().execute(update(MobileRecord).where(
            MobileRecord.open_of.in_(people), MobileRecord.state.in_(OPEN),
            (MobileRecord.last_participation_on.is_(None)) | (MobileRecord.last_participation_on < gathering.on),
        ).values(last_participation_on=gathering.on, version=MobileRecord.version + 1)
            .execution_options(synchronize_session=False))
    for person_id in people:
        ctx.publish(LearningHoursEarned(person_id=person_id, on=gathering.on.isoformat(), minutes=gathering.minutes,
                                        title=gathering.title, source="liaison.gathering", source_id=gathering.id))
    ctx.audit("liaison_gathering", gathering.id, gathering.title, confirmed=len(people))
    return len(people)


@service(MANAGE, action="liaison.education.cancel")
def cancel_gathering(ctx: Context, gathering_id: int, *, version: int | None = None) -> None:
    """Strike a gathering that did not take place, or was entered twice, with its sheet. Raises Conflict once confirmed."""
    gathering = open_gathering(ctx, gathering_id, version)
    ctx.audit("liaison_gathering", gathering.id, gathering.title, on=gathering.on.isoformat())
    session().execute(delete(GatheringAttendance).where(GatheringAttendance.gathering_id == gathering.id))
    session().delete(gathering)
    session().flush()


def open_gathering(ctx: Context, gathering_id: int, version: int | None) -> Gathering:
    """The gathering, while its sheet may still be changed. Raises NotFound, Conflict."""
    gathering = ctx.get(Gathering, gathering_id)
    ctx.check_version(gathering, version)
    if gathering.confirmed_on:
        raise Conflict(_("签到已由 %(name)s 确认，不能再改。", name=gathering.confirmed_by))
    return gathering
