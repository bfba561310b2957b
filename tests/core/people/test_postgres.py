"""The registry on PostgreSQL: the same services, queries, ledgers and pages, under row level security."""

from __future__ import annotations

import datetime as dt

import pytest

from core.base import clock
from core.base.db import session
from core.ledgers import query, state
from core.people import history
from core.people.models import Person
from core.people.queries.arithmetic import balance
from core.people.queries.people import duplicates, search_people
from core.people.queries.structure import structure
from core.people.queries.units import children, search_orgs
from core.people.services import membership
from core.people.services.checks import open_rounds
from core.people.services.merge import merge
from core.people.services.persons import create_person
from core.people.services.posts import appoint
from core.people.services.reorganise import merge_orgs, move_org
from core.people.services.reveal import reveal
from core.plugin import installed
from core.testing.world import build_world
from tests.core.people.conftest import BIRTH, County, found

LATER = dt.datetime(2027, 9, 1, 4, tzinfo=dt.UTC)
START = dt.date(2026, 1, 1)


@pytest.fixture
def pg(tmp_path, plugins, app_pg_url):
    world = build_world(tmp_path, plugins, url=app_pg_url)
    world.open_tenant("east", "East County", "county", plugins=())
    with world.inside("east") as ctx:
        yield world, County(ctx, found(ctx))
    with world.database.maintenance("leave nothing behind") as connection:
        world.database.metadata.drop_all(connection)
    world.database.dispose()


def test_a_year_of_a_street(pg):
    world, county = pg
    ctx = county.ctx
    one, two, three = (create_person(ctx, name="张三", org_id=county[n], birth_date=BIRTH, effective_on=START)
                       for n in ("东关一支部", "东关二支部", "西关支部"))
    create_person(ctx, name="李四", org_id=county["西关支部"], effective_on=START, phone="13800005678")
    appoint(ctx, person_id=one.id, org_id=county["东关一支部"], post="secretary", starts_on=START)
    appoint(ctx, person_id=one.id, org_id=county["东关一支部"], post="committee_member", starts_on=START)
    membership.transfer(ctx, two.id, org_id=county["西关支部"], effective_on=dt.date(2026, 3, 1))
    assert [t.why for t in duplicates(ctx)] == ["birth"]
    merge(ctx, one.id, three.id, reason="同一人")
    merge_orgs(ctx, county["东关二支部"], into_id=county["东关一支部"])
    move_org(ctx, county["东关社区"], parent_id=county["西关社区"])
    assert ctx.get(Person, one.id).org_path.startswith(county.unit("西关社区").path)
    assert len(history.tree_as_of(ctx.today())) == 6
    assert (balance(ctx, START, ctx.today()).difference, structure(ctx).total) == (0, 3)
    assert [p.name for p in search_people(ctx, "ls")] == [p.name for p in search_people(ctx, "13800005678")] == ["李四"]
    assert [n.members for n in children(ctx, county["西关社区"])] and search_orgs(ctx, "dgyzb")
    assert reveal(ctx, search_people(ctx, "ls")[0].id, field="phone", reason="通知参会") == "13800005678"
    with clock.at(LATER):
        assert open_rounds(ctx) == 2
    session().rollback()


def test_every_ledger_and_measure_answers(pg):
    _world, county = pg
    create_person(county.ctx, name="张三", org_id=county["西关支部"], birth_date=BIRTH, effective_on=START)
    for name, ledger in installed().ledgers.items():
        if name.startswith("people."):
            whole = {"cols": [",".join(column.name for column in ledger.columns)]}
            for asked in ({"q": ["zs"]}, whole, {**whole, "sort": ["-" + ledger.columns[-1].name]}):
                page = query.load_page(state.read_state(ledger, asked, county.ctx), county.ctx)
                assert page.total == len(page.rows), name
    gaps = {"gender": ["blank", "male"], "joined_on_blank": ["1"], "sort": ["education,-member_kind"]}
    assert query.load_page(state.read_state(installed().ledgers["people.roster"], gaps, county.ctx), county.ctx).total == 1
    for indicator in installed().indicators.values():
        if indicator.name.startswith("people."):
            count = query.count(installed().ledgers[indicator.of], county.ctx, indicator.where(county.ctx))
            assert 0 <= count <= 6, indicator.name
