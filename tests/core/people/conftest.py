"""A small county for the tests: a street with two communities and three branches."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from core.people.models import OrgUnit
from core.people.services.orgs import create_org
from core.service import Context
from core.testing.world import World


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
