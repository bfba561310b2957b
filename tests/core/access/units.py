"""A small organisation: a county with two streets, one community in the first; and persons in them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from core.accounts.models import User
from core.base.session import begin_write, session
from core.people.models import OrgUnit, Person
from core.testing.world import World

PATHS = {"county": "0001", "north": "00010002", "south": "00010003", "pine": "000100020004"}


@dataclass(frozen=True)
class Units:
    """Ids of units and of one person in each, by name."""

    org: dict[str, int]
    person: dict[str, int]


def build_units(world: World, slug: str = "east") -> Units:
    with world.inside(slug):
        begin_write()
        units = {name: OrgUnit(name=f"{name} committee", short_name=name.title(), kind="work_committee", path=path,
                               ordinal=int(path[-4:])) for name, path in PATHS.items() if name != "county"}
        units["county"] = _root()
        session().add_all(units.values())
        session().flush()
        people = {name: Person(name=f"Person of {name}", org_id=unit.id, org_path=unit.path) for name, unit in units.items()}
        session().add_all(people.values())
        session().commit()
        return Units({n: u.id for n, u in units.items()}, {n: p.id for n, p in people.items()})


def _root() -> OrgUnit:
    """The tenant's own unit, under the name the tests know it by."""
    root = session().scalars(select(OrgUnit).where(OrgUnit.path == PATHS["county"])).one()
    root.name, root.short_name = "county committee", "County"
    return root


def user_id(world: World, slug: str, login: str) -> int:
    with world.inside(slug):
        return session().scalars(select(User.id).where(User.login_name == login)).one()
