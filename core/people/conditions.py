"""Conditions that ledgers, indicators and pages share: what counts, who is due, which unit is too large."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, and_, func, or_, select
from sqlalchemy.orm import aliased

from core.base.clock import SHANGHAI
from core.rules import add_months, rule
from core.service import Context

from . import bands
from .models import Grid, OrgUnit, Person, PostHolding
from .words import BRANCHES, COUNTED_KINDS, COUNTED_STATES, LIVING_STATUS


def counted(person: Any = Person) -> ColumnElement[bool]:
    """Members: formal affiliation here, full or probationary, in good standing or out of contact."""
    return and_(person.is_formal.is_(True), person.membership_state.in_(COUNTED_STATES), person.member_kind.in_(COUNTED_KINDS))


def served(person: Any = Person) -> ColumnElement[bool]:
    """Members the organisation serves, wherever their formal affiliation lies."""
    return and_(person.membership_state.in_(COUNTED_STATES), person.member_kind.in_(COUNTED_KINDS))


def elderly(ctx: Context) -> ColumnElement[bool]:
    """Members of the age from which they are counted as elderly (rule people.older_age)."""
    return and_(counted(), Person.birth_date <= bands.born_by(bands.older_age()))


def age_known(ctx: Context) -> ColumnElement[bool]:
    return and_(counted(), Person.birth_date.is_not(None))


def check_day(ctx: Context) -> dt.date:
    """Data last checked on this day or before are due again (rule people.registry_check)."""
    return add_months(ctx.today(), -int(rule("people.registry_check").value))


def unverified(ctx: Context) -> ColumnElement[bool]:
    """Members whose data nobody has checked for as long as the rule says."""
    day = check_day(ctx)
    moment = dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), SHANGHAI)
    never = and_(Person.verified_on.is_(None), Person.created_at < moment)
    return and_(counted(), or_(Person.verified_on <= day, never))


def term_soon(ctx: Context) -> dt.date:
    """Terms that end by this day count as ending soon (rule people.term_ending_soon)."""
    return add_months(ctx.today(), int(rule("people.term_ending_soon").value))


def terms_ending(ctx: Context) -> ColumnElement[bool]:
    return and_(OrgUnit.term_end <= term_soon(ctx), OrgUnit.status.in_(LIVING_STATUS))


def members_within(unit: Any = OrgUnit) -> ScalarSelect[int]:
    """How many members the unit and everything below it have, for a column; a range of paths, so that an index serves it."""
    person = aliased(Person)
    return (select(func.count()).select_from(person)
            .where(person.tenant_id == unit.tenant_id, person.org_path >= unit.path, person.org_path < unit.path + "~",
                   counted(person))
            .correlate(unit).scalar_subquery())


def members_of(unit: Any = OrgUnit) -> ScalarSelect[int]:
    """How many members the unit itself has (units below not included), for a column."""
    person = aliased(Person)
    return (select(func.count()).select_from(person)
            .where(person.tenant_id == unit.tenant_id, person.org_id == unit.id, counted(person))
            .correlate(unit).scalar_subquery())


def oversize(ctx: Context) -> ColumnElement[bool]:
    """Branches with more members than the rule says and no approval noted (rule R5: warned, never forced)."""
    most = int(rule("people.branch_max_members").value)
    unapproved = and_(OrgUnit.size_approval_no == "", OrgUnit.status.in_(LIVING_STATUS))
    return and_(OrgUnit.kind.in_(BRANCHES), unapproved, members_of() > most)


def holders_of(post: str, unit: Any = OrgUnit) -> ScalarSelect[str]:
    """Names of those who hold a post of the unit now, for a column."""
    holding = aliased(PostHolding)
    return (select(func.aggregate_strings(holding.person_name, "、"))
            .where(holding.tenant_id == unit.tenant_id, holding.org_id == unit.id, holding.post == post,
                   holding.ends_on.is_(None))
            .correlate(unit).scalar_subquery())


def posts_of(person: Any = Person) -> ScalarSelect[str]:
    """Codes of the posts a person holds now, comma between, for a column."""
    holding = aliased(PostHolding)
    return (select(func.aggregate_strings(holding.post, ","))
            .where(holding.tenant_id == person.tenant_id, holding.person_id == person.id, holding.ends_on.is_(None))
            .correlate(person).scalar_subquery())


def residents_of(grid: Any = Grid) -> ScalarSelect[int]:
    """How many members live in a grid, for a column."""
    person = aliased(Person)
    return (select(func.count()).select_from(person)
            .where(person.tenant_id == grid.tenant_id, person.grid_id == grid.id, served(person))
            .correlate(grid).scalar_subquery())
