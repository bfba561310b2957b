"""What others ask of the module: boxes on the pages of persons and organisations, calendar, search, personal data."""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask import url_for
from sqlalchemy import func, or_, select

from core.base.db import session
from core.base.i18n import _
from core.people.models import OrgUnit
from core.people.tree import within
from core.plugin import CalendarEntry, HeldData, SearchHit
from core.rules import rule
from core.service import Context, service

from ..models import Council, CouncilMember, CouncilResolution, CouncilSession, JointProject, NeedItem, Pairing, PartnerUnit
from ..sides import READ
from ..words import IN_FORCE, PROJECT_OPEN, RESOLUTION_OPEN, WORKING

MOST = 50


@service(READ, writes=False)
def unit_box(ctx: Context, org: OrgUnit) -> dict[str, Any]:
    """Pairings of an organisation: as the unit's side, or of everything below it as the community's."""
    as_unit = session().scalars(select(PartnerUnit).where(PartnerUnit.org_id == org.id)).one_or_none()
    mine = or_(Pairing.unit_id == as_unit.id, Pairing.org_id == org.id) if as_unit else within(Pairing.org_path, org.path)
    pairs = session().scalars(select(Pairing).where(mine,
        Pairing.state.in_(IN_FORCE)).order_by(Pairing.unit_name).limit(MOST)).all()
    here = within(NeedItem.org_path, org.path)
    needs = session().scalar(select(func.count(NeedItem.id)).where(here, NeedItem.state.in_(("open", "asked")))) or 0
    doing = session().scalar(select(func.count(JointProject.id)).where(within(JointProject.org_path, org.path),
        JointProject.state.in_(PROJECT_OPEN))) or 0
    return {"unit": as_unit, "pairs": pairs, "needs": needs, "doing": doing, "org": org}


def posts_of(person_id: int, *, past: bool = False) -> tuple[list[PartnerUnit], list[Any]]:
    """Units whose liaison somebody is, and seats in councils (seat, name of the council)."""
    seats = select(CouncilMember, Council.name).join(
        Council, (Council.tenant_id == CouncilMember.tenant_id) & (Council.id == CouncilMember.council_id)).where(
        CouncilMember.person_id == person_id)
    if not past:
        seats = seats.where(CouncilMember.ends_on.is_(None))
    return list(session().scalars(select(PartnerUnit).where(PartnerUnit.liaison_id == person_id))), list(
        session().execute(seats).all())


@service(READ, writes=False)
def person_box(ctx: Context, person_id: int) -> dict[str, Any]:
    """What somebody does in joint creation, as far as the reader sees it."""
    units, seats = posts_of(person_id)
    return {"units": units, "seats": seats}


@service(READ, writes=False)
def dates_between(ctx: Context, start: dt.date, end: dt.date) -> list[CalendarEntry]:
    """Ends of agreements, dates of projects, sessions and resolutions. No entry names a person."""
    source, limit = rule("pairing.expiry_notice").source, MOST * 10
    ending = session().scalars(select(Pairing).where(Pairing.state.in_(WORKING),
        Pairing.ends_on.between(start, end)).limit(limit))
    found = [CalendarEntry(p.ends_on, _("协议到期：%(pair)s", pair=p.label), url_for("pairing.pair", record_id=p.id), source,
        feed=True)
             for p in ending]
    due = session().scalars(select(JointProject).where(JointProject.state.in_(PROJECT_OPEN),
        JointProject.due_on.between(start, end)).limit(limit))
    found += [CalendarEntry(p.due_on, _("项目到期：%(title)s", title=p.title), url_for("pairing.project", record_id=p.id),
        feed=True)
              for p in due if p.due_on]
    if not ctx.may("pairing.council.read"):
        return found
    held = session().execute(select(CouncilSession, Council.name).join(CouncilSession.council).where(
        CouncilSession.on.between(start, end)).limit(limit)).all()
    found += [CalendarEntry(s.on, _("%(name)s第 %(n)s 次会议", name=name, n=s.number), url_for("pairing.session", record_id=s.id),
                            rule("pairing.council_interval").source, feed=True) for s, name in held]
    owed = session().scalars(select(CouncilResolution).where(CouncilResolution.state.in_(RESOLUTION_OPEN),
        CouncilResolution.due_on.between(start, end)).limit(limit))
    return found + [CalendarEntry(r.due_on, _("议定事项到期：%(text)s", text=r.text[:30]),
                                  url_for("pairing.resolution", record_id=r.id)) for r in owed]


@service(READ, writes=False)
def hits(ctx: Context, text: str, limit: int) -> list[SearchHit]:
    """Units, pairings, needs and projects by the words in their names; only what the reader sees."""
    def named(model: Any, *columns: Any, order: Any, where: tuple[Any, ...] = ()) -> list[Any]:
        like = or_(*(column.contains(text, autoescape=True) for column in columns))
        return list(session().scalars(select(model).where(like, *where).order_by(order, model.id).limit(max(limit // 3, 2))))

    pairs = named(Pairing, Pairing.unit_name, Pairing.org_name, order=Pairing.unit_name, where=(Pairing.state.in_(IN_FORCE),))
    units = named(PartnerUnit, PartnerUnit.name, PartnerUnit.credit_code, order=PartnerUnit.name)
    needs = named(NeedItem, NeedItem.title, order=NeedItem.published_on.desc())
    projects = named(JointProject, JointProject.title, order=JointProject.id.desc())
    hits = [SearchHit(u.name, url_for("pairing.unit", record_id=u.id), _("共建单位"), u.party_org) for u in units]
    hits += [SearchHit(p.label, url_for("pairing.pair", record_id=p.id), _("结对"), p.ends_on.isoformat()) for p in pairs]
    hits += [SearchHit(n.title, url_for("pairing.need", record_id=n.id), _("需求")) for n in needs]
    hits += [SearchHit(p.title, url_for("pairing.project", record_id=p.id), _("共建项目")) for p in projects]
    return hits[:limit]


def held_about(ctx: Context, person_id: int) -> list[HeldData]:
    """Everything held about one person; called beyond the subtrees by whoever answers the person's request."""
    units, past = posts_of(person_id, past=True)
    found = []
    if units:
        found.append(HeldData(_("共建单位联络员"), tuple((unit.name, unit.liaison_post or unit.party_org) for unit in units)))
    if past:
        found.append(HeldData(_("联席会议成员"),
            tuple((name, f"{one.post} {one.starts_on} — {one.ends_on or ''}".strip()) for one, name in past)))
    return found
