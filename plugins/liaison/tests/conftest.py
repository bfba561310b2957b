"""A county with three branches, some members, and staff with the roles of the module."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from core.people.services.persons import create_person
from core.testing.world import World
from tests.county import BRANCHES, COMMUNITIES, TODAY
from tests.county import County as Place

STAFF = {"home": ("branch_secretary", "东关一支部"), "there": ("branch_secretary", "西关支部"),
         "other": ("branch_secretary", "东关二支部"), "keeper": ("station_keeper", "东关社区"),
         "community": ("community_secretary", "东关社区"), "officer": ("org_officer", ""), "reader": ("inspector", "")}


@dataclass
class County(Place):
    """The county of these tests."""

    def member(self, name: str, branch: str = "东关一支部", **data: Any) -> int:
        """Register a member; returns the id."""
        with self.acting("all") as ctx:
            self.people[name] = create_person(ctx, org_id=self.orgs[branch], name=name, **data).id
        return self.people[name]


@pytest.fixture
def county(world: World) -> Iterator[County]:
    made = County(world)
    with made.on(TODAY):
        made.found((*COMMUNITIES, *BRANCHES))
        made.hire(STAFF)
        made.member("王小明", phone="13812345678", joined_on=dt.date(2001, 7, 1), gender="male")
        made.member("李秀兰")
        made.member("赵大海", "西关支部")
        yield made
