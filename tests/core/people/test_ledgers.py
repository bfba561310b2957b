from __future__ import annotations

import datetime as dt

import pytest

from core.indicators.places import units_below
from core.ledgers import query, state, units
from core.people.services.grids import save_grid
from core.people.services.links import open_affiliation
from core.people.services.membership import transfer
from core.people.services.merge import take_out
from core.people.services.orgs import update_org
from core.people.services.persons import create_person
from core.people.services.posts import appoint
from core.people.services.terms import mark_ending_terms, open_election
from core.plugin import installed

ROSTER = ["姓名", "性别", "出生年月", "学历", "入党时间", "转正时间", "党员类别", "所在党支部", "居住社区/网格",
          "党内职务", "联系电话", "备注"]


@pytest.fixture
def people(county):
    ctx = county.ctx
    grid = save_grid(ctx, code="DG01", name="第一网格", org_id=county["东关社区"], buildings=["1 号楼", "2 号楼"])
    old = create_person(ctx, name="张三", org_id=county["东关一支部"], birth_date=dt.date(1950, 5, 1), phone="13800005678",
                        joined_on=dt.date(1975, 7, 1), residence_org_id=county["东关社区"], grid_id=grid.id, gender="male")
    create_person(ctx, name="李四", org_id=county["西关支部"], birth_date=dt.date(1990, 1, 1))
    create_person(ctx, name="王五", org_id=county["西关支部"], member_kind="none", affiliation="volunteer")
    appoint(ctx, person_id=old.id, org_id=county["东关一支部"], post="secretary", starts_on=dt.date(2024, 1, 1))
    return county


def rows(county, name: str, **args: str | list[str]) -> list:
    ledger = installed().ledgers[name]
    given = {key: value if isinstance(value, list) else [value] for key, value in args.items()}
    found = query.load_page(state.read_state(ledger, given, county.ctx), county.ctx)
    assert found.total == len(found.rows)
    return found.rows


def test_heading_of_the_roster_is_the_official_one():
    ledger = installed().ledgers["people.roster"]
    assert ledger.numbered and [str(c.label) for c in ledger.columns if not c.hidden] == ROSTER


@pytest.mark.parametrize(("name", "count"), [
    ("people.roster", 2), ("people.everybody", 3), ("people.checks", 0), ("people.orgs", 7), ("people.terms", 7),
    ("people.changes", 2), ("people.leaders", 1), ("people.grids", 1),
])
def test_every_ledger_shows_its_rows(people, name, count):
    assert len(rows(people, name)) == count


def test_cells_of_one_member(people):
    row = rows(people, "people.roster", q="zs")[0]
    assert (row.name, row.residence, row.posts, row.phone) == ("张三", "东关社区/第一网格", "secretary", "138****5678")


@pytest.mark.parametrize("q", ["张", "zhang", "zs", "13800005678", "5678"])
def test_members_are_found_by_name_pinyin_and_phone(people, q):
    assert [r.name for r in rows(people, "people.roster", q=q)] == ["张三"]


def test_reader_of_a_community_sees_its_members_only(world, people):
    world.add_user("east", "xi", "people.person.read", path=people.unit("西关社区").path)
    ledger = installed().ledgers["people.roster"]
    with world.acting("east", "xi") as ctx:
        page = query.load_page(state.read_state(ledger, {}, ctx), ctx)
    assert [r.name for r in page.rows] == ["李四"]


def test_the_secretary_stands_before_the_committee(county):
    for name, post in (("甲", "committee_member"), ("乙", "deputy_secretary"), ("丙", "secretary")):
        person = create_person(county.ctx, name=name, org_id=county["东关一支部"])
        appoint(county.ctx, person_id=person.id, org_id=county["东关一支部"], post=post, starts_on=dt.date(2024, 1, 1))
    assert [r.post for r in rows(county, "people.leaders")] == ["secretary", "deputy_secretary", "committee_member"]
    assert [r.post for r in rows(county, "people.leaders", sort="-post")][0] == "committee_member"


def test_gaps_can_be_filtered_for(people):
    assert [r.name for r in rows(people, "people.roster", joined_on_blank="1")] == ["李四"]
    assert [r.name for r in rows(people, "people.roster", gender=["blank", "male"], sort="-name")] == ["张三", "李四"]
    assert [r.name for r in rows(people, "people.roster", birth_date_blank="1")] == []
    ledger = installed().ledgers["people.roster"]
    assert state.read_state(ledger, {"birth_date_blank": ["5"]}, people.ctx).notes and len(rows(people, "people.roster")) == 2


def test_guests_are_found_where_they_take_part(people):
    guest = create_person(people.ctx, name="赵六", org_id=people["西关支部"])
    open_affiliation(people.ctx, guest.id, kind="inflow", org_id=people["东关一支部"])
    assert [r.name for r in rows(people, "people.everybody", guests=str(people["东关社区"]))] == ["赵六"]


def test_a_change_links_to_the_person_only_where_the_reader_may_open_it(world, people):
    ctx = people.ctx
    moved, gone = (create_person(ctx, name=name, org_id=people["东关一支部"]) for name in ("周七", "吴八"))
    transfer(ctx, moved.id, org_id=people["西关支部"])
    take_out(ctx, gone.id, reason="重复录入")
    ledger = installed().ledgers["people.changes"]
    world.add_user("east", "dong", "people.person.read", path=people.unit("东关一支部").path)
    with world.acting("east", "dong") as reader:
        page = query.load_page(state.read_state(ledger, {}, reader), reader)
    assert {r.name for r in page.rows if r.name_key is None} == {"周七", "吴八"}
    assert {r.name for r in rows(people, "people.changes") if r.name_key is None} == {"吴八"}


@pytest.mark.parametrize("act", [open_election, lambda ctx, org_id: mark_ending_terms(ctx)])
def test_a_unit_whose_term_ends_stays_a_choice_and_a_place(world, people, act):
    unit = people.unit("东关社区")
    update_org(people.ctx, unit.id, term_start=dt.date(2021, 1, 1), term_end=people.ctx.today())
    act(people.ctx, unit.id)
    assert people.unit("东关社区").status in ("in_election", "term_due")
    assert "东关社区" in [u.name for u in units.offered(people.ctx, "people.org.read")]
    world.add_user("east", "street", "people.org.read", path=people.unit("城关街道").path)
    with world.acting("east", "street") as reader:
        assert [name for _id, name, _path in units_below(reader, "people.org.read")] == ["东关社区", "西关社区"]


@pytest.mark.parametrize(("name", "count"), [
    ("people.members", 2), ("people.members_served", 2), ("people.elder_share", 1), ("people.unverified", 0),
    ("people.terms_ending", 0), ("people.oversize", 0), ("people.branches", 3), ("people.committees", 4),
])
def test_indicators_count_rows_of_their_ledger(people, name, count):
    indicator = installed().indicators[name]
    ledger = installed().ledgers[indicator.of]
    assert query.count(ledger, people.ctx, indicator.where(people.ctx)) == count
