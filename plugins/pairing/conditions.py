"""Conditions that ledgers, indicators, reminders and pages share."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, and_, case, func, or_, select
from sqlalchemy.orm import aliased

from core.people.models import OrgUnit
from core.rules import due_date, rule
from core.service import Context

from .models import (
    Contribution,
    CouncilResolution,
    JointProject,
    NeedItem,
    PairAgreement,
    Pairing,
    PairVisit,
    PartnerUnit,
    ResourceItem,
    Spending,
)
from .words import NEED_CLAIMED, PROJECT_OPEN, WORKING


def ago(key: str, today: dt.date) -> dt.date:
    """The day that lies the rule's time before today."""
    found = rule(key)
    return due_date(today, (-found.value, found.unit)).on


def ahead(key: str, today: dt.date) -> dt.date:
    """The day that lies the rule's time after today."""
    return due_date(today, rule(key)).on


def this_year(column: Any, ctx: Context) -> ColumnElement[bool]:
    return and_(column >= ctx.today().replace(month=1, day=1), column <= ctx.today())


def is_working(model: Any = Pairing) -> ColumnElement[bool]:
    return model.state.in_(WORKING)


def ends_soon(ctx: Context) -> ColumnElement[bool]:
    """The term ends within the notice, or has ended."""
    return and_(Pairing.state.in_((*WORKING, "expired")), Pairing.ends_on <= ahead("pairing.expiry_notice", ctx.today()))


def quiet(ctx: Context) -> ColumnElement[bool]:
    """No exchange, project or contribution within the interval."""
    return and_(is_working(), Pairing.last_event_on <= ago("pairing.exchange_interval", ctx.today()))


def dormant(ctx: Context) -> ColumnElement[bool]:
    return Pairing.state == "dormant"


def late(ctx: Context) -> ColumnElement[bool]:
    """Projects past their date and not delivered."""
    return and_(JointProject.state.in_(("claimed", "in_progress", "returned")), JointProject.due_on < ctx.today())


def in_hand(ctx: Context) -> ColumnElement[bool]:
    return JointProject.state.in_(PROJECT_OPEN)


def usable(today: dt.date) -> ColumnElement[bool]:
    """Offers that stand today: not withdrawn, not run out."""
    return and_(ResourceItem.state == "offered", or_(ResourceItem.until.is_(None), ResourceItem.until >= today))


def claimed(ctx: Context) -> ColumnElement[bool]:
    return NeedItem.state.in_(NEED_CLAIMED)


def published(ctx: Context) -> ColumnElement[bool]:
    return NeedItem.state != "withdrawn"


def resolution_late(ctx: Context) -> ColumnElement[bool]:
    """Resolutions past their date of which nobody has reported."""
    return and_(CouncilResolution.state.in_(("open", "carried")), CouncilResolution.due_on < ctx.today())


def confirmed(ctx: Context) -> ColumnElement[bool]:
    return Contribution.state == "confirmed"


def given(kind: str) -> Any:
    """Confirmed contributions of one kind this year."""
    return lambda ctx: and_(confirmed(ctx), Contribution.kind == kind, this_year(Contribution.on, ctx))


def communities(ctx: Context) -> ColumnElement[bool]:
    return and_(OrgUnit.unit_kind == "community", OrgUnit.dissolved_on.is_(None))


def paired(ctx: Context) -> ColumnElement[bool]:
    """Communities with a pairing whose term runs."""
    pair = aliased(Pairing)
    return and_(communities(ctx), select(pair.id).where(
        pair.tenant_id == OrgUnit.tenant_id, pair.org_id == OrgUnit.id, is_working(pair)).correlate(OrgUnit).exists())


def takes_part(ctx: Context) -> ColumnElement[bool]:
    """Units with a pairing both work in."""
    pair = aliased(Pairing)
    return and_(PartnerUnit.left_on.is_(None), select(pair.id).where(
        pair.tenant_id == PartnerUnit.tenant_id, pair.unit_id == PartnerUnit.id,
            is_working(pair)).correlate(PartnerUnit).exists())


def nothing_yet(ctx: Context) -> ColumnElement[bool]:
    """Units in a pairing with nothing accepted this year: whom to help, not whom to blame."""
    project = aliased(JointProject)
    done = select(project.id).where(
        project.tenant_id == PartnerUnit.tenant_id, project.unit_id == PartnerUnit.id, project.state == "accepted",
        project.accepted_on >= ctx.today().replace(month=1, day=1)).correlate(PartnerUnit).exists()
    return and_(takes_part(ctx), ~done)


def count_of(model: Any, pair: Any, *where: Any) -> ScalarSelect[int]:
    """How many rows of a pairing, for a column; `where` names the alias through a function."""
    row = aliased(model)
    conditions = [condition(row) for condition in where]
    return (select(func.count()).select_from(row).where(row.tenant_id == pair.tenant_id, row.pair_id == pair.id, *conditions)
            .correlate(pair).scalar_subquery())


def last_day(pair: Any) -> Any:
    """`Pairing.last_day` as a column: the end of the term, or the day it was ended before."""
    return case((pair.ended_on < pair.ends_on, pair.ended_on), else_=pair.ends_on)


def needs_of(pair: Any = Pairing) -> ScalarSelect[int]:
    """How many needs the community published during the pairing, for a column."""
    need = aliased(NeedItem)
    return (select(func.count()).select_from(need).where(
        need.tenant_id == pair.tenant_id, need.org_id == pair.org_id, need.state != "withdrawn",
        need.published_on >= pair.starts_on, need.published_on <= last_day(pair))
        .correlate(pair).scalar_subquery())


def raised(project: Any = JointProject) -> ScalarSelect[int]:
    """Money of a project both sides confirmed (fen), for a column."""
    gift = aliased(Contribution)
    return (select(func.coalesce(func.sum(gift.amount_fen), 0)).where(
        gift.tenant_id == project.tenant_id, gift.project_id == project.id, gift.kind == "cash", gift.state == "confirmed")
        .correlate(project).scalar_subquery())


def spent(project: Any = JointProject) -> ScalarSelect[int]:
    """Money of a project that was spent (fen), for a column."""
    row = aliased(Spending)
    return (select(func.coalesce(func.sum(row.amount_fen), 0)).where(
        row.tenant_id == project.tenant_id, row.project_id == project.id).correlate(project).scalar_subquery())


def problems_solved(pair: Any = Pairing) -> ScalarSelect[int]:
    return count_of(PairVisit, pair, lambda visit: visit.solved != "")


def unsigned(side: str) -> ColumnElement[bool]:
    """Agreements that wait for one side."""
    column = PairAgreement.unit_signed_on if side == "unit" else PairAgreement.org_signed_on
    return and_(column.is_(None), PairAgreement.dropped_on.is_(None))
