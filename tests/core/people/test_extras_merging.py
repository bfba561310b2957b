"""Values of added fields through several merges of one record, and what was entered between a merge and its undoing."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from core.base.session import session
from core.people.models import Archive, PersonExtra
from core.people.services.merge import merge
from core.people.services.persons import create_person, update_person
from core.people.services.unmerge import undo_merge

TEACHES = "training__teaches"
GONE = {TEACHES: "gone"}


@pytest.fixture
def three(county):
    """Three records of one person, each with a value of its own."""
    return [create_person(county.ctx, name="王五", org_id=county[unit], **{TEACHES: text}).id
            for unit, text in (("东关一支部", "甲"), ("西关支部", "乙"), ("东关二支部", "丙"))]


def value(person_id: int) -> str | None:
    return session().scalar(select(PersonExtra.text).where(PersonExtra.person_id == person_id, PersonExtra.was_of == 0))


def taken_back(ctx, gone_id: int) -> None:
    undo_merge(ctx, session().scalars(select(Archive.id).where(
        Archive.record_id == gone_id, Archive.undone_on.is_(None))).one(), reason="不是同一人")


def test_two_records_go_into_one_and_come_back(county, three):
    ctx, (a, b, c) = county.ctx, three
    merge(ctx, a, b, take=GONE, reason="同一人")
    merge(ctx, a, c, take=GONE, reason="同一人")
    assert value(a) == "丙"
    taken_back(ctx, c)
    assert (value(a), value(c)) == ("乙", "丙")
    taken_back(ctx, b)
    assert [value(one) for one in three] == ["甲", "乙", "丙"]


@pytest.mark.parametrize("take", [GONE, {}])
def test_a_record_that_took_one_in_goes_into_a_third(county, three, take):
    ctx, (a, b, c) = county.ctx, three
    merge(ctx, a, b, take=GONE, reason="同一人")
    merge(ctx, c, a, take=take, reason="同一人")
    assert value(c) == ("乙" if take else "丙")
    taken_back(ctx, a)
    assert (value(a), value(c)) == ("乙", "丙")
    taken_back(ctx, b)
    assert [value(one) for one in three] == ["甲", "乙", "丙"]


def test_what_was_entered_meanwhile_stays_in_force(county, three):
    ctx, (a, b, _c) = county.ctx, three
    for _again in range(2):                 # the second time meets what the first left aside
        merge(ctx, a, b, take=GONE, reason="同一人")
        update_person(ctx, a, **{TEACHES: None})
        update_person(ctx, a, **{TEACHES: "新填"})
        taken_back(ctx, b)
        assert value(a) == "新填"
        update_person(ctx, b, **{TEACHES: "乙"})
    aside = session().scalars(select(PersonExtra.text).where(PersonExtra.person_id == a, PersonExtra.was_of != 0))
    assert sorted(aside) == ["新填", "甲"]
