"""A county with three branches, a secretary, a worker, members, courses, and staff with the roles of the module."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from core.people.services.persons import create_person
from core.people.services.posts import appoint
from core.plugin import Plugins
from core.testing.engines import Engine, Sqlite
from core.testing.fixtures import copied
from core.testing.world import World
from core.work.services import make_step
from plugins.training.effects import seats_of
from plugins.training.models import ClassSession
from plugins.training.services import attendance, courses, enrolment, sessions
from plugins.training.services.following import settle_year
from tests.county import BRANCHES, COMMUNITIES, TODAY
from tests.county import County as Place

LATER = dt.date(2026, 12, 4)
FLOW = "training.session"
STAFF = {"home": ("branch_secretary", "东关一支部"), "there": ("branch_secretary", "西关支部"),
         "community": ("community_secretary", "东关社区"), "street": ("street_officer", "城关街道"),
         "officer": ("org_officer", ""), "second": ("org_officer", ""), "reader": ("inspector", ""),
         "member": ("community_worker", "东关社区")}
COURSE = {"subject": "party_work", "form": "lecture", "tenths": 40, "level": 1, "central": True}


@dataclass
class County(Place):
    """The county of these tests, and the ordinary way of a session."""

    def person(self, name: str, branch: str = "东关一支部", post: str = "", since: dt.date = dt.date(2024, 1, 5),
               **data: Any) -> int:
        """Register somebody, with a post if one is given; returns the id."""
        with self.acting("all") as ctx:
            made = create_person(ctx, org_id=self.orgs[branch], name=name, **data)
            self.people[name] = made.id
            if post:
                appoint(ctx, person_id=made.id, org_id=self.orgs[branch], post=post, starts_on=since)
        return self.people[name]

    def settle(self, day: dt.date = TODAY) -> int:
        """The daily round."""
        with self.acting("all", day) as ctx:
            return settle_year(ctx, day.year)

    # -- the ordinary way of a session, step by step
    def course(self, name: str = "党务实务", org: str = "东关社区", login: str = "officer", **data: Any) -> int:
        with self.acting(login) as ctx:
            return courses.save_course(ctx, org_id=self.orgs[org], name=name, **{**COURSE, **data}).id

    def plan(self, course_id: int, org: str = "东关社区", login: str = "officer", on: dt.date = LATER, **data: Any) -> int:
        wanted = {"on": on, "begins": dt.time(9), "ends": dt.time(12), "audience": ["members"], **data}
        with self.acting(login) as ctx:
            return sessions.plan_session(ctx, org_id=self.orgs[org], course_id=course_id, **wanted).id

    def step(self, session_id: int, name: str, login: str = "officer", day: dt.date = TODAY, **more: Any) -> None:
        with self.acting(login, day) as ctx:
            make_step(ctx, FLOW, session_id, name, **more)

    def announced(self, course_id: int, **data: Any) -> int:
        """A session that is open for enrolment; returns its id."""
        made = self.plan(course_id, **data)
        self.step(made, "announce", data={"text": "欢迎参加", "until": LATER}, accept=True)
        self.step(made, "open")
        return made

    def held(self, course_id: int, names: dict[str, str], **data: Any) -> int:
        """A session with these people on its sheet, marked; the sheet lies before the organiser."""
        made = self.announced(course_id, **data)
        with self.acting("officer") as ctx:
            enrolment.enrol_people(ctx, made, person_ids=[self.people[name] for name in names])
        with self.acting("officer", LATER) as ctx:
            rows = {row.person_name: row.id for row in seats_of(ctx.get(ClassSession, made))}
            attendance.mark(ctx, made, marks=[attendance.Mark(rows[name], said) for name, said in names.items()])
        return made

    def confirmed(self, course_id: int, names: dict[str, str], **data: Any) -> int:
        made = self.held(course_id, names, **data)
        self.step(made, "submit", day=LATER)
        self.step(made, "confirm", login="second", day=LATER)
        return made


def settled_county(world: World) -> Iterator[County]:
    """The county with its balances written; the clock stands at TODAY meanwhile."""
    made = County(world)
    with made.on(TODAY):
        made.found((*COMMUNITIES, *BRANCHES))
        made.person("王小明", post="secretary", phone="13812345678", gender="male")
        made.person("李秀兰")
        made.person("孙网格", "东关社区", post="community_worker", member_kind="none", affiliation="volunteer")
        made.person("赵大海", "西关支部")
        made.hire(STAFF, persons={"member": made.people["李秀兰"]})  # the account of 李秀兰 herself
        made.settle()
        yield made


@pytest.fixture(scope="session")
def furnished(_sqlite: tuple[Engine, Path], tmp_path_factory: pytest.TempPathFactory, plugins: Plugins) -> tuple[Path, County]:
    """A county on SQLite, made once; each test works on a copy of its files."""
    folder = tmp_path_factory.mktemp("county") / "instance"
    with copied(*_sqlite, folder, plugins) as world:
        for made in settled_county(world):
            return folder, made
    raise AssertionError


@pytest.fixture
def county(request: pytest.FixtureRequest, tmp_path: Path, plugins: Plugins) -> Iterator[County]:
    if request.config.getoption("--engine") == "postgres":
        yield from settled_county(request.getfixturevalue("world"))
        return
    folder, made = request.getfixturevalue("furnished")
    with copied(Sqlite(), folder, tmp_path / "instance", plugins) as world:
        mine = replace(made, world=world, orgs={**made.orgs}, paths={**made.paths}, people={**made.people})
        with mine.on(TODAY):
            yield mine
