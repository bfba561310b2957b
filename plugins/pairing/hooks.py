"""What the module contributes to core's pages, and the checks it answers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from sqlalchemy import func, or_, select, update

from core.base.db import session
from core.base.i18n import _, _l
from core.base.scope import beyond_subtree
from core.plugin import CalendarEntry, HeldData, NavItem, Objection, Panel, SearchHit, hookimpl
from core.service import Context

from .models import Council, CouncilMember, NeedItem, Pairing, PartnerUnit
from .queries import about
from .sides import READ
from .words import NEED_OPEN, OPEN


@hookimpl
def nav_items(ctx: Context) -> Iterable[NavItem]:
    return (
        NavItem(_l("联创共建"), "pairing.index", READ, icon="link-45deg", group="business", rank=30, key="g p"),
        NavItem(_l("联席会议"), "pairing.councils", "pairing.council.read", icon="people", group="business", rank=31),
    )


@hookimpl
def panels(slot: str, subject: Any, ctx: Context) -> Iterable[Panel]:
    """Pairings of an organisation; what a person does in them."""
    if not ctx.may(READ):
        return
    if slot == "org_unit":
        data = about.unit_box(ctx, subject)
        if data["pairs"] or data["unit"] or data["needs"]:
            yield Panel(_l("联创共建"), "pairing/panel_org.html", data, READ, rank=40)
    if slot == "person":
        data = about.person_box(ctx, subject.id)
        if data["units"] or data["seats"]:
            yield Panel(_l("联创共建"), "pairing/panel_person.html", data, READ, rank=40)


@hookimpl
def search_hits(query: Any, ctx: Context) -> Iterable[SearchHit]:
    return about.hits(ctx, query.text, query.limit) if ctx.may(READ) and len(query.text) > 1 else []


@hookimpl
def calendar(start: dt.date, end: dt.date, ctx: Context) -> Iterable[CalendarEntry]:
    """Ends of agreements, dates of projects, sessions of councils; no entry names a person."""
    return about.dates_between(ctx, start, end) if ctx.may(READ) else ()


@hookimpl
def personal_data(person_id: int, ctx: Context) -> Iterable[HeldData]:
    with beyond_subtree("pairing: what is held about one person, wherever it lies"):
        return about.held_about(ctx, person_id)


@hookimpl
def check_person_removal(person: Any, into: Any, ctx: Context) -> Iterable[Objection]:
    """Merging moves the references along; whoever is a liaison or sits in a council is replaced first."""
    if into is not None:
        return
    with beyond_subtree("pairing: posts wherever they are"):
        units = session().scalars(select(PartnerUnit.name).where(PartnerUnit.liaison_id == person.id)).all()
        seats = session().scalar(select(func.count(CouncilMember.id)).where(CouncilMember.person_id == person.id)) or 0
    if units or seats:
        yield Objection(_("%(name)s 是共建单位联络员或联席会议成员，请先在“联创共建”中更换。", name=person.name))


@hookimpl
def check_org_removal(org_unit: Any, ctx: Context) -> Iterable[Objection]:
    with beyond_subtree("pairing: pairings of either side count"):
        unit_ids = session().scalars(select(PartnerUnit.id).where(PartnerUnit.org_id == org_unit.id)).all()
        pairs = session().scalar(select(func.count(Pairing.id)).where(
            Pairing.state.in_(OPEN), or_(Pairing.org_id == org_unit.id, Pairing.unit_id.in_(unit_ids)))) or 0
        councils = session().scalars(select(Council.name).where(Council.org_id == org_unit.id, Council.closed_on.is_(None))).all()
        present = session().scalars(select(PartnerUnit.name).where(
            PartnerUnit.org_id == org_unit.id, PartnerUnit.left_on.is_(None))).first()
        needs = session().scalar(select(func.count(NeedItem.id)).where(
            NeedItem.org_id == org_unit.id, NeedItem.state.in_(NEED_OPEN))) or 0
    if pairs:
        yield Objection(_("还有 %(n)s 个结对没有结束，请先结束结对。", n=pairs))
    elif present:
        yield Objection(_("“%(name)s”还是共建单位，请先在“联创共建”中办理退出。", name=present))
    if needs:
        yield Objection(_("还有 %(n)s 项需求没有认领，请先撤回。", n=needs))
    if councils:
        yield Objection(_("“%(names)s”还设在这个组织，请先撤销或改设。", names="、".join(councils)))


@hookimpl
def person_merged(kept_id: int, gone_id: int, ctx: Context) -> None:
    with beyond_subtree("pairing: a merged person's posts may lie elsewhere"):
        session().execute(update(PartnerUnit).where(PartnerUnit.liaison_id == gone_id).values(liaison_id=kept_id))
        session().execute(update(CouncilMember).where(CouncilMember.person_id == gone_id).values(person_id=kept_id))
