"""The demo tenants are exactly as large as the seeds say, and nobody in them can be a real person."""

from __future__ import annotations

import datetime as dt
from random import Random

import pytest
from sqlalchemy import func, select

from core.base.division import province_codes
from core.base.identity import parse_id_no, parse_phone
from core.base.session import session
from core.demo.blueprint import read_blueprint, read_shared
from core.demo.crowd import Crowd, Draft
from core.indicators.engine import measure
from core.indicators.history import curves
from core.indicators.models import IndicatorValue
from core.people.conditions import counted, elderly, terms_ending, unverified
from core.people.models import Affiliation, Grid, MemberChange, OrgUnit, Person, PostHolding
from core.people.sealed import clear_text
from core.people.words import BRANCHES
from core.testing.world import World

pytestmark = pytest.mark.xdist_group("demo")  # one worker loads the demo once


def number(model: type, *where: object) -> int:
    return session().scalar(select(func.count()).select_from(model).where(*where)) or 0


def test_linshu_is_as_large_as_seed_001_says(demo: World) -> None:
    with demo.inside("linshu"):
        assert number(OrgUnit, OrgUnit.unit_kind == "community") == 12
        assert number(OrgUnit, OrgUnit.kind.in_(BRANCHES)) == 29
        assert number(Person, counted()) == 151
        assert number(Person, Person.is_formal) == 151
        secretaries = select(PostHolding).where(PostHolding.post == "secretary", PostHolding.ends_on.is_(None))
        held = session().scalars(secretaries).all()
        assert len(held) == len({h.person_id for h in held}) == len({h.org_id for h in held}) == 29


def test_liulitun_has_the_property_units_of_seed_003(demo: World) -> None:
    with demo.inside("liulitun"):
        community = session().scalars(select(OrgUnit).where(OrgUnit.short_name == "十北社区")).one()
        assert number(OrgUnit, OrgUnit.kind == "unit", OrgUnit.parent_id == community.id) == 36
        assert number(OrgUnit, OrgUnit.kind == "unit", OrgUnit.unit_kind == "") == 0
        figures = read_blueprint("liulitun").figures
        assert number(Person, counted()) == figures["members"]
        assert number(OrgUnit, OrgUnit.kind.in_(BRANCHES)) == figures["branches"]
        sizes = select(func.count()).select_from(Person).where(counted()).group_by(Person.org_id)
        assert {49, 50, 51} <= set(session().scalars(sizes))


@pytest.mark.parametrize("slug", ["linshu", "liulitun"])
def test_opening_balance_plus_minus_gives_the_members(demo: World, slug: str) -> None:
    with demo.inside(slug):
        effects = dict(session().execute(
            select(MemberChange.org_id, func.sum(MemberChange.effect)).group_by(MemberChange.org_id)).all())
        members = dict(session().execute(select(Person.org_id, func.count()).where(counted()).group_by(Person.org_id)).all())
        assert {org: n for org, n in effects.items() if n} == members
        kinds = set(session().scalars(select(MemberChange.type).distinct()))
        assert {"initial", "transfer_in", "transfer_out", "deceased", "confirmed", "newly_admitted"} <= kinds
        assert number(Affiliation, Affiliation.formal_of.is_not(None)) == number(Person, Person.is_formal)


@pytest.mark.parametrize(("slug", "low", "high"), [("linshu", 0.6, 0.7), ("liulitun", 0.65, 0.76)])
def test_share_of_older_members_is_believable(demo: World, slug: str, low: float, high: float) -> None:
    with demo.inside(slug) as ctx:
        assert low <= number(Person, elderly(ctx)) / number(Person, counted()) <= high


@pytest.mark.parametrize("slug", ["linshu", "liulitun"])
def test_there_is_something_to_do(demo: World, slug: str) -> None:
    with demo.inside(slug) as ctx:
        assert number(OrgUnit, terms_ending(ctx)) >= 3
        assert 0 < number(Person, unverified(ctx)) < number(Person, counted()) / 2
        assert number(Person, Person.category == "mobile") >= 5
        assert number(Person, Person.category == "in_service") >= 5
        assert number(Person, Person.member_kind == "probationary", counted()) == read_blueprint(slug).changes["admitted"]
        assert number(Grid) >= 24
        assert number(Person, Person.grid_id.is_not(None)) > number(Person, counted()) / 2


@pytest.mark.parametrize("slug", ["linshu", "liulitun"])
def test_numbers_are_valid_and_nobodys(demo: World, slug: str) -> None:
    """Division codes ending in 99xx and the prefix 154 are given to nobody; no two persons share a number."""
    with demo.inside(slug):
        people = session().scalars(select(Person).where(Person.id_sealed.is_not(None))).all()
        ids = [clear_text(person, "id") for person in people]
        assert len(ids) > 50
        assert len(set(ids)) == len(ids)
        for person, text in zip(people, ids, strict=True):
            known = parse_id_no(text)
            assert (known.birth_date, known.gender) == (person.birth_date, person.gender)
            assert known.area_code[:2] in province_codes()
            assert known.area_code[2:4] == "99"
        phones = [clear_text(p, "phone") for p in session().scalars(select(Person).where(Person.phone_sealed.is_not(None)))]
        assert all(parse_phone(phone).startswith("154000") for phone in phones)
        assert len(set(phones)) == len(phones) > 50


@pytest.mark.parametrize("slug", ["linshu", "liulitun"])
def test_dates_of_a_member_fit_each_other(demo: World, slug: str) -> None:
    never = set(read_shared("names")["never"])
    with demo.inside(slug) as ctx:
        for person in session().scalars(select(Person).where(Person.birth_date.is_not(None))):
            assert person.joined_on
            assert person.joined_on >= person.birth_date.replace(year=person.birth_date.year + 18, day=1) + dt.timedelta(31)
            assert person.joined_on <= ctx.today()
            assert person.confirmed_on is None or person.joined_on < person.confirmed_on <= ctx.today()
            assert (person.confirmed_on is None) == (person.member_kind == "probationary")
            assert person.verified_on is None or person.joined_on <= person.verified_on <= ctx.today()
            assert person.name not in never
            assert person.name_initials


def test_curves_say_what_the_changes_say(demo: World) -> None:
    with demo.inside("linshu") as ctx:
        kept = session().execute(select(IndicatorValue.on, IndicatorValue.amount, IndicatorValue.base).where(
            IndicatorValue.indicator == "people.members", IndicatorValue.path == "").order_by(IndicatorValue.on)).all()
        assert len(kept) == 11
        for on, amount, _base in kept:
            assert amount == session().scalar(select(func.sum(MemberChange.effect)).where(MemberChange.effective_on <= on))
        streets = select(func.sum(IndicatorValue.amount)).where(
            IndicatorValue.indicator == "people.members", func.length(IndicatorValue.path) == 8, IndicatorValue.on == kept[-1].on)
        assert session().scalar(streets) == kept[-1].amount
        values = measure(ctx, [ctx.plugins.indicators["people.members"], ctx.plugins.indicators["people.elder_share"]])
        curve = curves(ctx, values.values())
        assert [len(points) for points in curve.values()] == [12, 12]
        assert all(55 < point.value.number < 70 for point in curve["people.elder_share"])


def test_the_same_seed_makes_the_same_people() -> None:
    def crowd() -> list[Draft]:
        plan = read_blueprint("linshu")
        made = Crowd(plan, Random(plan.seed), dt.date(2026, 3, 1))
        return [made.draft() for _n in range(200)]

    assert crowd() == crowd()
    assert len({draft.name for draft in crowd()}) == 200
