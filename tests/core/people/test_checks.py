"""动态维护: rounds open by rule, are confirmed by the branch and approved above it by somebody else."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select

from core.base import clock
from core.base.db import session
from core.contracts.errors import Conflict, Invalid
from core.people.models import Person, RegistryCheck
from core.people.services.checks import confirm_members, note_approved, note_confirmed, open_rounds, round_of
from core.people.services.membership import transfer
from core.people.services.persons import create_person
from core.service import unit_of_work
from core.work.models import WorkItem
from core.work.services import make_step

LATER = dt.datetime.combine(dt.date.today() + dt.timedelta(days=281), dt.time(4), dt.UTC)
BRANCH = ("people.check.confirm", "people.person.read")
ABOVE = ("people.check.approve", "people.person.read", "people.check.confirm")


@pytest.fixture
def due(world, county):
    """Half a year later: a round with two members in one branch."""
    people = [create_person(county.ctx, name=n, org_id=county["东关一支部"]) for n in ("张三", "李四")]
    assert open_rounds(county.ctx) == 0
    world.add_user("east", "branch", *BRANCH, path=county.unit("东关一支部").path)
    world.add_user("east", "above", *ABOVE, path=county.unit("东关社区").path)
    with clock.at(LATER):
        assert open_rounds(county.ctx) == 1 and open_rounds(county.ctx) == 0
        yield session().scalars(select(RegistryCheck.id)).one(), [p.id for p in people]


def open_items() -> list[str]:
    return list(session().scalars(select(WorkItem.step).where(WorkItem.closed_at.is_(None))))


def test_a_round_goes_from_the_branch_to_the_community(world, county, due):
    check_id, people = due
    assert open_items() == ["confirm"]
    with world.acting("east", "branch") as ctx:
        with pytest.raises(Invalid) as refused:
            make_step(ctx, "people.registry_check", check_id, "confirm")
        assert "2 名党员" in str(refused.value)
        with pytest.raises(Invalid):
            confirm_members(ctx, check_id, [])
        assert confirm_members(ctx, check_id, people) == 2
        make_step(ctx, "people.registry_check", check_id, "confirm")
        with pytest.raises(Conflict):
            confirm_members(ctx, check_id, people)
    session().rollback()            # see what the other session wrote
    assert open_items() == ["approve"]
    with world.acting("east", "above") as ctx:
        make_step(ctx, "people.registry_check", check_id, "approve")
    session().rollback()            # see what the other session wrote
    person = county.ctx.get(Person, people[0])
    assert (person.check_state, person.verified_on) == ("approved", LATER.date()) and open_items() == []
    assert open_rounds(county.ctx) == 0


def test_one_person_cannot_do_both_and_a_round_can_be_sent_back(world, county, due):
    check_id, people = due
    with world.acting("east", "above") as ctx:
        confirm_members(ctx, check_id, people)
        make_step(ctx, "people.registry_check", check_id, "confirm")
        with pytest.raises(Invalid):
            make_step(ctx, "people.registry_check", check_id, "approve")
        make_step(ctx, "people.registry_check", check_id, "send_back", reason="联系电话有误")
        check, listed = round_of(ctx, check_id)
        assert check.state == "due" and {p.check_state for p in listed} == {"due_for_check"}


def test_who_was_confirmed_and_moved_away_falls_due_again(county, due):
    check_id, people = due
    confirm_members(county.ctx, check_id, people)
    transfer(county.ctx, people[0], org_id=county["西关支部"])
    with unit_of_work(county.ctx):
        check = county.ctx.get(RegistryCheck, check_id)
        note_confirmed(county.ctx, check)
        note_approved(county.ctx, check)
    session().expire_all()
    assert county.ctx.get(Person, people[0]).verified_on is None
    assert open_rounds(county.ctx) == 1
    assert session().scalars(select(RegistryCheck.org_id).where(RegistryCheck.open_of.is_not(None))).all() == [county["西关支部"]]
