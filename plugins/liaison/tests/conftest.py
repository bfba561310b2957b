"""A county with three branches, some members, and staff with the roles of the module."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from core.access.models import Role, RoleGrant
from core.accounts.models import User
from core.base import clock
from core.base.session import begin_write, session
from core.people.models import OrgUnit
from core.people.services.orgs import create_org
from core.people.services.persons import create_person
from core.plugin import Owner, Plugins
from core.plugin.manager import installed
from core.service import Context
from core.testing.world import Browser, World
from plugins.liaison import plugin

NOW = dt.datetime(2026, 11, 23, 2, 0, tzinfo=dt.UTC)
TODAY = dt.date(2026, 11, 23)
STAFF = {"home": ("branch_secretary", "东关一支部"), "there": ("branch_secretary", "西关支部"),
         "other": ("branch_secretary", "东关二支部"), "keeper": ("station_keeper", "东关社区"),
         "community": ("community_secretary", "东关社区"), "officer": ("org_officer", ""), "reader": ("inspector", "")}


@pytest.fixture(scope="session")
def plugins() -> Plugins:
    """All installed modules, this one among them even where the distribution was installed before it existed."""
    found = installed()
    return found if "liaison" in found.by_name else Plugins([*found.by_name.values(), Owner(plugin, "plugins.liaison")])


@dataclass
class County:
    """The tenant east with units, members and staff; the clock stands still."""

    world: World
    units: dict[str, int] = field(default_factory=dict)
    paths: dict[str, str] = field(default_factory=dict)
    people: dict[str, int] = field(default_factory=dict)

    @contextmanager
    def acting(self, login: str, day: dt.date = TODAY, slug: str = "east") -> Iterator[Context]:
        """The rights of one account of the staff on a day; "all" stands for all powers."""
        with self.on(day):
            if login == "all":
                with self.world.inside(slug) as ctx:
                    yield ctx
            else:
                with self.world.acting(slug, login) as ctx:
                    yield ctx

    @contextmanager
    def on(self, day: dt.date) -> Iterator[None]:
        with clock.at(dt.datetime.combine(day, dt.time(10), clock.SHANGHAI)):
            yield

    def browser(self, login: str, slug: str = "east") -> Browser:
        return self.world.browser(slug, login)

    def member(self, name: str, branch: str = "东关一支部", **data: Any) -> int:
        """Register a member; returns the id."""
        with self.acting("all") as ctx:
            self.people[name] = create_person(ctx, org_id=self.units[branch], name=name, **data).id
        return self.people[name]


def found(county: County, slug: str = "east") -> None:
    """Units and staff of a tenant."""
    with county.acting("all", slug=slug) as ctx:
        for name, parent, kind, unit_kind in (
                ("城关街道", "", "work_committee", "street"), ("东关社区", "城关街道", "committee", "community"),
                ("西关社区", "城关街道", "committee", "community"), ("东关一支部", "东关社区", "branch", ""),
                ("东关二支部", "东关社区", "branch", ""), ("西关支部", "西关社区", "branch", "")):
            unit = create_org(ctx, name=f"中共{name}委员会", short_name=name, kind=kind, unit_kind=unit_kind,
                              parent_id=county.units.get(parent))
            county.units[name], county.paths[name] = unit.id, unit.path


def hire(county: County, slug: str = "east") -> None:
    """Staff with the roles the module's manifest suggests."""
    with county.acting("all", slug=slug) as ctx:
        begin_write()
        for login, (role, place) in STAFF.items():
            user = User(login_name=login, name=login)
            session().add(user)
            session().flush()
            held = session().query(Role).filter(Role.key == role).one()
            session().add(RoleGrant(user_id=user.id, role_id=held.id, org_path=county.paths.get(place, ""),
                                    org_unit_id=county.units.get(place), starts_on=dt.date(2020, 1, 1)))
        session().commit()
        assert ctx.get(OrgUnit, county.units["东关社区"])


@pytest.fixture
def county(world: World) -> Iterator[County]:
    made = County(world)
    with made.on(TODAY):
        found(made)
        hire(made)
        made.member("王小明", phone="13812345678", joined_on=dt.date(2001, 7, 1), gender="male")
        made.member("李秀兰")
        made.member("赵大海", "西关支部")
        yield made
