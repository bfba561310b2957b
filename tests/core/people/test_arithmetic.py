"""期初 + 增 − 减 = 期末, whatever happens to the members."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import replace

import pytest

from core.base import clock
from core.base.db import begin_write, session
from core.contracts.errors import Invalid
from core.people.models import Person
from core.people.queries.arithmetic import balance
from core.people.queries.structure import structure
from core.people.services import membership
from core.people.services.links import open_affiliation
from core.people.services.merge import merge, take_out
from core.people.services.persons import create_person
from core.people.services.reorganise import merge_orgs, move_org

YEAR = dt.date(2026, 1, 1), dt.date(2026, 12, 31)
ACTS = (
    lambda ctx, p, org, on: membership.transfer(ctx, p.id, org_id=org, effective_on=on),
    lambda ctx, p, org, on: membership.transfer_out(ctx, p.id, to_place="外省", effective_on=on),
    lambda ctx, p, org, on: membership.transfer_in(ctx, p.id, org_id=org, effective_on=on),
    lambda ctx, p, org, on: membership.suspend(ctx, p.id, reason="失联", document_no="1", effective_on=on),
    lambda ctx, p, org, on: membership.restore(ctx, p.id, document_no="2", effective_on=on),
    lambda ctx, p, org, on: membership.remove(ctx, p.id, reason="脱党", document_no="3", effective_on=on),
    lambda ctx, p, org, on: membership.record_death(ctx, p.id, effective_on=on),
    lambda ctx, p, org, on: membership.set_contact_lost(ctx, p.id, lost=True, reason="失联"),
    lambda ctx, p, org, on: take_out(ctx, p.id, reason="录入错误"),
    lambda ctx, p, org, on: create_person(ctx, name="新人", org_id=org, entry="newly_admitted", member_kind="probationary",
                                          effective_on=on),
)


@pytest.mark.parametrize("seed", range(12))
def test_identity_holds_after_any_sequence_of_changes(county, seed):
    """A random year of a street: the closing figure equals the head count for every unit, and periods join up."""
    ctx, dice = county.ctx, random.Random(seed)
    branches = [county[n] for n in ("东关一支部", "东关二支部", "西关支部")]
    people = [create_person(ctx, name=f"党员{i}", org_id=dice.choice(branches), effective_on=YEAR[0]) for i in range(8)]
    day = YEAR[0]
    for _turn in range(30):
        day = min(day + dt.timedelta(days=dice.randrange(12)), ctx.today())
        person = ctx.get(Person, dice.choice(people).id) if people else None
        try:
            made = dice.choice(ACTS)(ctx, person, dice.choice(branches), day)
        except Invalid:
            continue
        if isinstance(made, Person):
            people += [made] if made not in people else []
        else:
            people.remove(person)
    with clock.at(dt.datetime.combine(max(day, ctx.today()), dt.time(4), dt.UTC)):
        for unit in [None, *county.units.values()]:
            whole = balance(ctx, *YEAR, org_id=unit)
            assert (whole.difference, whole.suspects) == (0, ())
            first = balance(ctx, YEAR[0], day, org_id=unit)
            rest = balance(ctx, day + dt.timedelta(days=1), YEAR[1], org_id=unit)
            assert first.closing == rest.opening - rest.entered and rest.closing == whole.closing


def test_transfers_inside_a_subtree_are_not_counted_there(county):
    ctx = county.ctx
    zhang = create_person(ctx, name="张三", org_id=county["东关一支部"], effective_on=YEAR[0])
    membership.transfer(ctx, zhang.id, org_id=county["东关二支部"], effective_on=dt.date(2026, 3, 1))
    inside, one = (balance(ctx, *YEAR, org_id=county[n]) for n in ("东关社区", "东关一支部"))
    assert (inside.opening, inside.gained, inside.lost, inside.closing) == (1, 0, 0, 1)
    assert (one.opening, one.gained, one.lost, one.closing, one.difference) == (1, 0, 1, 0, 0)


def test_transfers_between_two_places_of_one_reader_are_not_counted(world, county):
    ctx = county.ctx
    zhang = create_person(ctx, name="张三", org_id=county["东关一支部"], effective_on=YEAR[0])
    membership.transfer(ctx, zhang.id, org_id=county["西关支部"], effective_on=dt.date(2026, 3, 1))
    paths = [county.unit(name).path for name in ("东关社区", "西关社区")]
    world.add_user("east", "both", "people.person.read", path=paths[0])
    with world.acting("east", "both") as reader:
        reader = replace(reader, grants=tuple(replace(reader.grants[0], path=path) for path in paths))
        found = balance(reader, *YEAR)
    assert (found.opening, found.gained, found.lost, found.closing, found.difference) == (1, 0, 0, 1, 0)


def test_merging_units_and_moving_subtrees_keep_the_identity(county):
    ctx = county.ctx
    for name in ("东关一支部", "东关二支部", "西关支部"):
        create_person(ctx, name="张三", org_id=county[name], effective_on=YEAR[0])
    merge_orgs(ctx, county["东关二支部"], into_id=county["东关一支部"])
    move_org(ctx, county["东关社区"], parent_id=county["西关社区"])
    for unit in (None, county["西关社区"], county["东关社区"], county["东关一支部"]):
        assert balance(ctx, YEAR[0], ctx.today(), org_id=unit).difference == 0
    assert balance(ctx, YEAR[0], ctx.today(), org_id=county["西关社区"]).closing == 3


def test_merging_two_records_of_one_person_counts_once(county):
    ctx = county.ctx
    kept, gone = (create_person(ctx, name="张三", org_id=county[n], effective_on=YEAR[0], birth_date=dt.date(1960, 1, 1))
                  for n in ("东关一支部", "西关支部"))
    merge(ctx, kept.id, gone.id, reason="同一人")
    found = balance(ctx, YEAR[0], ctx.today())
    assert (found.closing, found.head, found.difference) == (1, 1, 0)


def test_a_difference_is_shown_with_the_persons_to_look_at(county):
    ctx = county.ctx
    zhang = create_person(ctx, name="张三", org_id=county["西关支部"], effective_on=YEAR[0])
    begin_write()
    zhang.membership_state = "removed"           # as a faulty script would do it: without a change row
    session().commit()
    found = balance(ctx, YEAR[0], ctx.today())
    assert found.difference == -1 and found.suspects == ((zhang.id, "张三"),)


def test_the_structure_table_counts_a_guest_at_home_only(world, county):
    person = create_person(county.ctx, name="张三", org_id=county["西关支部"])
    open_affiliation(county.ctx, person.id, kind="inflow", org_id=county["东关一支部"])
    for branch, heads in (("东关一支部", 0), ("西关支部", 1)):
        world.add_user("east", branch, "people.person.read", path=county.unit(branch).path)
        with world.acting("east", branch) as ctx:
            assert structure(ctx).total == heads
