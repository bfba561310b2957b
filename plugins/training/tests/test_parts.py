"""The yearly ledger written for everybody, part by part: the same sums as person by person, wherever people have got to."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import delete, select, update

from core.base.db import begin_write, session
from core.people.models import Person
from core.people.services.membership import record_death
from plugins.training import balances as kept
from plugins.training.models import Balance, Tally
from plugins.training.services import following

from .conftest import TODAY
from .test_flow import ALL_CAME, balances

YEAR = TODAY.year
NEW_YEAR = dt.date(2027, 1, 4)
TALLIED = ("org_path", "role", *kept.ADDED_UP)


@pytest.fixture
def small(monkeypatch):
    """Two persons a part."""
    monkeypatch.setattr(kept, "CHUNK", 2)


@pytest.fixture
def many(county):
    """Seven more, two of them with posts; one has hours."""
    for number, branch in enumerate(("东关一支部", "东关二支部", "西关支部", "东关二支部", "西关支部"), 1):
        county.person(f"党员{number}", branch, post="secretary" if number == 2 else "")
    county.settle()
    county.confirmed(county.course(), ALL_CAME)
    return county


def elsewhere(county, name, branch, living=True):
    """The person is registered in another branch (or has died there), and nobody has told the ledger."""
    with county.acting("all"):
        begin_write()
        session().execute(update(Person).where(Person.id == county.people[name]).values(
            org_id=county.orgs[branch], org_path=county.paths[branch], **({} if living else {"membership_state": "deceased"})))
        session().commit()


def read():
    """Balances with their places, and tallies, as the session in scope has them."""
    persons = {one.person_id: tuple(getattr(one, name) for name in kept.SUMS)
               for one in session().scalars(select(Balance).where(Balance.year == YEAR))}
    sums = {(one.org_id, one.role): tuple(getattr(one, name) for name in TALLIED)
            for one in session().scalars(select(Tally).where(Tally.year == YEAR))}
    return persons, sums


def told(county):
    with county.acting("all"):
        return read()


def settled_by_name(county, day=TODAY):
    """The ledger as `settle` would write it for each person by name."""
    with county.acting("all", day):
        begin_write()
        kept.settle(YEAR, county.people.values())
        kept.mend_tallies(YEAR)
        session().expire_all()
        found = read()
        session().rollback()
    return found


@pytest.mark.parametrize("day", [TODAY, NEW_YEAR])
def test_parts_write_what_names_would(many, small, day):
    elsewhere(many, "党员1", "西关支部")                    # to a later part
    elsewhere(many, "党员3", "东关一支部")                  # to an earlier one
    elsewhere(many, "党员4", "西关支部", living=False)
    with many.acting("all", day) as ctx:
        if day == TODAY:
            record_death(ctx, many.people["党员5"], effective_on=TODAY)
    wanted = settled_by_name(many, day)
    with many.acting("all", day) as ctx:
        whom = kept.everybody(YEAR)
        assert len(whom.parts) > 2 and whom.apart == {many.people[name] for name in ("党员1", "党员3", "党员4")}
        changed = following.settle_year(ctx, YEAR)
        assert following.settle_year(ctx, YEAR) == 0
    assert told(many) == wanted and changed == (4 if day == TODAY else 0)
    assert ("党员4" in balances(many)) is (day == NEW_YEAR)


def test_a_ledger_that_is_empty_is_written_whole(many, small):
    wanted = told(many)
    with many.acting("all") as ctx:
        begin_write()
        for model in (Balance, Tally):
            session().execute(delete(model))
        session().commit()
        assert following.settle_year(ctx, YEAR) == len(wanted[0])
    assert told(many) == wanted


def test_who_moves_while_the_round_is_on_its_way_is_found(many, small):
    with many.acting("all") as ctx:
        whom = kept.everybody(YEAR)
        elsewhere(many, "党员1", "西关支部")
        elsewhere(many, "党员3", "东关一支部")
        for part in whom.parts:
            following._settle_part(ctx, whom, part)
    assert told(many) == settled_by_name(many)


def test_a_round_that_is_cut_off_leaves_the_rest_to_the_next(many, small, monkeypatch):
    with many.acting("all") as ctx:
        begin_write()
        session().execute(delete(Balance))
        session().commit()
        done, settle_part = [], following.settle_part

        def cut_off(whom, part):
            changed = settle_part(whom, part)
            if len(done) == 2:
                raise KeyboardInterrupt
            done.append(changed)
            return changed

        monkeypatch.setattr(following, "settle_part", cut_off)
        with pytest.raises(KeyboardInterrupt):
            following.settle_year(ctx, YEAR)
        session().rollback()
    assert 0 < len(told(many)[0]) == sum(done) < 9
    monkeypatch.setattr(following, "settle_part", settle_part)
    many.settle()
    assert told(many) == settled_by_name(many) and len(told(many)[0]) == 9


def test_statements_name_organisations_not_persons(many):
    for number in range(30):
        many.person(f"新党员{number}", "东关一支部")
    with many.world.counting() as few:
        many.settle()
    for number in range(30):
        many.person(f"老党员{number}", "东关二支部")
    with many.world.counting() as more:
        many.settle()
    assert len(few) == len(more) and max(map(len, more)) < 2500
