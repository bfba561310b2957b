"""Which joins a count may leave out."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from core.ledgers.counting import lean
from core.people.models import OrgUnit, Person

Home = aliased(OrgUnit)
PLAIN = select(Person).join(Person.org).outerjoin(Person.residence.of_type(Home)).outerjoin(Person.grid)


def joins(rows):
    return len(lean(rows)._setup_joins)


@pytest.mark.parametrize(
    "rows",
    [
        PLAIN,
        PLAIN.where(Person.name == "x"),
        select(Person).join(OrgUnit, Person.org),
        PLAIN.where(Person.org_id.in_(select(aliased(OrgUnit).id))),
    ],
)
def test_decoration_is_left_out(rows):
    assert joins(rows) == 0
    assert str(lean(rows).whereclause) == str(rows.whereclause)


@pytest.mark.parametrize(
    "rows",
    [
        PLAIN.where(OrgUnit.kind == "x"),
        PLAIN.where(Home.kind == "x"),
        select(Person).join(Person.grid),
        select(Person).join(Person.affiliations),
        select(Person).outerjoin(OrgUnit, OrgUnit.id == Person.org_id),
        PLAIN.distinct(),
        select(Person.org_id, func.count()).join(Person.org).group_by(Person.org_id),
        PLAIN.where((Person.name == "x") | (OrgUnit.name == "y")),
    ],
)
def test_joins_that_matter_stay(rows):
    assert lean(rows) is rows
