"""A county with two branches, a person, and people who write, publish and read notices."""

from __future__ import annotations

import dataclasses

import pytest

from core.base.session import begin_write, session
from core.people.models import OrgUnit, Person
from core.testing.world import World

A, B = "zzza", "zzzb"


@dataclasses.dataclass
class Place:
    """The installation and the ids of the two branches."""

    world: World
    ids: dict[str, int]

    def browser(self, login):
        browser = self.world.browser("east", login)
        browser.get("/notify/")
        return browser


@pytest.fixture
def place(world):
    world.add_user("east", "writer", "notify.bulletin.write", path=A)
    world.add_user("east", "boss", "notify.bulletin.write", "notify.bulletin.publish", path=A)
    world.add_user("east", "reader", "people.person.read", path=A + "0001")
    world.add_user("east", "other", "people.person.read", path=B)
    with world.inside("east"):
        begin_write()
        units = {path: OrgUnit(name=f"{path}党支部", short_name=path, kind="branch", ordinal=900 + n, path=path)
                 for n, path in enumerate((A, B))}
        session().add_all(units.values())
        session().flush()
        session().add(Person(name="王小明", org_id=units[B].id, org_path=B))
        session().commit()
        return Place(world, {path: unit.id for path, unit in units.items()})
