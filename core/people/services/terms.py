"""Terms of office: ending, election, the new term."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import or_, select

from core.base.db import session
from core.base.scope import beyond_subtree
from core.rules import rule
from core.service import Context, service

from .. import history
from ..conditions import term_soon
from ..models import OrgUnit
from .orgs import MANAGE, living, not_future


@service(MANAGE)
def open_election(ctx: Context, org_id: int, *, version: int | None = None) -> OrgUnit:
    """Say that the unit has begun its term election (换届)."""
    unit = living(ctx, org_id)
    ctx.require(MANAGE, unit.path)
    ctx.check_version(unit, version)
    before = history.facts(unit)
    unit.status = "in_election"
    history.record(ctx, unit, "term", before, ctx.today())
    ctx.audit("org_unit", unit.id, name=unit.short_name, step="open_election")
    return unit


@service(MANAGE)
def record_election(ctx: Context, org_id: int, *, held_on: dt.date, term_years: int | None = None, document_no: str = "",
                    version: int | None = None) -> OrgUnit:
    """Record a held election: a new term begins on that day. Without `term_years` the rule for the unit's kind counts."""
    unit = living(ctx, org_id)
    ctx.require(MANAGE, unit.path)
    ctx.check_version(unit, version)
    before = history.facts(unit)
    unit.term_years = term_years or term_rule(unit)
    unit.term_start = not_future(ctx, held_on, "held_on")
    unit.term_end = anniversary(held_on, unit.term_years)
    unit.status = "active"
    history.record(ctx, unit, "term", before, held_on, document_no=document_no)
    ctx.audit("org_unit", unit.id, name=unit.short_name, step="record_election", term_end=unit.term_end.isoformat())
    return unit


def term_rule(unit: OrgUnit) -> int:
    """Years of a term by the kind of unit (rule R7: village and community organisations sit longer)."""
    if unit.unit_kind == "community" or unit.community_id == unit.id:
        return int(rule("people.community_term").value)
    return int(rule("people.committee_term" if unit.kind in ("committee", "work_committee") else "people.branch_term").value)


def anniversary(day: dt.date, years: int) -> dt.date:
    """The same day some years later; 29 February becomes 28 February."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


@service(MANAGE, action="people.term.mark")
def mark_ending_terms(ctx: Context) -> int:
    """Mark active units whose term ends soon, and no longer those whose term was corrected; returns how many are marked
    anew. Run daily by the system, idempotent.
    """
    with beyond_subtree("people: terms of all units run"):
        units = session().scalars(select(OrgUnit).where(OrgUnit.status == "active", OrgUnit.term_end <= term_soon(ctx))).all()
        for unit in units:
            unit.status = "term_due"
        corrected = or_(OrgUnit.term_end.is_(None), OrgUnit.term_end > term_soon(ctx))
        for unit in session().scalars(select(OrgUnit).where(OrgUnit.status == "term_due", corrected)):
            unit.status = "active"
    ctx.audit("org_unit", None, term_due=len(units))
    return len(units)
