"""A small county for the tests: a street with two communities and three branches."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from core.base.db import session
from core.people.models import OrgUnit
from core.people.services.grids import save_grid
from core.people.services.links import open_affiliation
from core.people.services.orgs import create_org
from core.people.services.persons import create_person
from core.people.services.posts import appoint
from core.service import Context
from core.testing.world import World

BIRTH = dt.date(1950, 1, 1)


@dataclass
class County:
    """The context of all powers in tenant east, and its units by short name."""

    ctx: Context
    units: dict[str, int]

    def __getitem__(self, name: str) -> int:
        return self.units[name]

    def unit(self, name: str) -> OrgUnit:
        return self.ctx.get(OrgUnit, self.units[name])


def found(ctx: Context) -> dict[str, int]:
    """Found the units; returns their ids."""
    made: dict[str, int] = {}

    def add(short_name: str, parent: str | None = None, **data: Any) -> None:
        data = {"kind": "branch", **data}
        unit = create_org(ctx, name=f"中共{short_name}委员会", short_name=short_name, parent_id=made.get(parent or ""), **data)
        made[short_name] = unit.id

    add("城关街道", kind="work_committee", unit_kind="street")
    add("东关社区", "城关街道", kind="committee", unit_kind="community")
    add("西关社区", "城关街道", kind="committee", unit_kind="community")
    add("东关一支部", "东关社区")
    add("东关二支部", "东关社区")
    add("西关支部", "西关社区")
    return made


@pytest.fixture
def county(world: World) -> Iterator[County]:
    with world.inside("east") as ctx:
        yield County(ctx, found(ctx))


@pytest.fixture
def site(world, county):
    """Ids of records to open, and the county they live in."""
    ctx = county.ctx
    zhang = create_person(ctx, name="张三", org_id=county["东关一支部"], birth_date=BIRTH, phone="13800005678", gender="male",
                          joined_on=dt.date(1975, 1, 1), education="bachelor", residence_org_id=county["东关社区"])
    twin = create_person(ctx, name="张三", org_id=county["西关支部"], birth_date=BIRTH)
    post = appoint(ctx, person_id=zhang.id, org_id=county["东关一支部"], post="secretary", starts_on=dt.date(2024, 1, 1))
    grid = save_grid(ctx, code="DG01", name="第一网格", org_id=county["东关社区"], buildings=["1 号楼"])
    open_affiliation(ctx, zhang.id, kind="volunteer", org_id=county["西关社区"])
    ids = {"zhang": zhang.id, "twin": twin.id, "post": post.id, "grid": grid.id, "branch": county["东关一支部"],
           "community": county["东关社区"], "other": county["西关支部"], "street": county["城关街道"]}
    session().rollback()
    return ids
