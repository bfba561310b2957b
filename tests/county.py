"""A county for the tests of plugins: places of the tree, people, staff with the roles a manifest suggests, a standing clock."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from core.access.models import Role, RoleGrant
from core.accounts.models import User
from core.base import clock
from core.base.session import begin_write, session
from core.people.services.orgs import create_org
from core.service import Context, service
from core.testing.world import Browser, World

TODAY = dt.date(2026, 11, 23)
# short name, superior, kind, kind of unit
Place = tuple[str, str, str, str]
COMMUNITIES: tuple[Place, ...] = (
    ("城关街道", "", "work_committee", "street"), ("东关社区", "城关街道", "committee", "community"),
    ("西关社区", "城关街道", "committee", "community"))
BRANCHES: tuple[Place, ...] = (
    ("东关一支部", "东关社区", "branch", ""), ("东关二支部", "东关社区", "branch", ""), ("西关支部", "西关社区", "branch", ""))


@dataclass
class County:
    """The tenant east as its staff see it on a day. orgs, paths: places by short name; people, users: by name and login."""

    world: World
    orgs: dict[str, int] = field(default_factory=dict)
    paths: dict[str, str] = field(default_factory=dict)
    people: dict[str, int] = field(default_factory=dict)
    users: dict[str, int] = field(default_factory=dict)

    @contextmanager
    def on(self, day: dt.date) -> Iterator[None]:
        with clock.at(dt.datetime.combine(day, dt.time(10), clock.SHANGHAI)):
            yield

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

    def browser(self, login: str, slug: str = "east") -> Browser:
        return self.world.browser(slug, login)

    def found(self, places: Iterable[Place], full_name: str = "中共{}委员会", slug: str = "east") -> None:
        """Make places of the tree, superiors first."""
        with self.acting("all", slug=slug) as ctx:
            _found(ctx, self, places, full_name)

    def hire(self, staff: Mapping[str, tuple[str, str]], slug: str = "east", persons: Mapping[str, int] | None = None) -> None:
        """Accounts by login: the key of a role and the place it is granted on ("" for the whole tenant); `persons`: whose."""
        with self.acting("all", slug=slug):
            begin_write()
            for login, (role, place) in staff.items():
                user = User(login_name=login, name=login, person_id=(persons or {}).get(login))
                session().add(user)
                session().flush()
                self.users[login] = user.id
                held = session().query(Role).filter(Role.key == role).one()
                session().add(RoleGrant(user_id=user.id, role_id=held.id, org_path=self.paths.get(place, ""),
                                        org_unit_id=self.orgs.get(place), starts_on=dt.date(2020, 1, 1)))
            session().commit()


@service(None, action="test.found")
def _found(ctx: Context, county: County, places: Iterable[Place], full_name: str) -> None:
    for name, parent, kind, unit_kind in places:
        unit = create_org(ctx, name=full_name.format(name), short_name=name, kind=kind, unit_kind=unit_kind,
                          parent_id=county.orgs.get(parent))
        county.orgs[name], county.paths[name] = unit.id, unit.path
