"""A county with two communities, two units, and staff with the roles of the module on either side."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select

from core.access.models import Role, RoleGrant
from core.accounts.models import User
from core.base import clock
from core.base.session import begin_write, session
from core.files import storage
from core.people.services.orgs import create_org
from core.plugin import Owner, Plugins
from core.plugin.manager import installed
from core.service import Context
from core.testing.world import Browser, World
from core.work.services import make_step
from plugins.pairing import plugin
from plugins.pairing.models import JointProject, PairAgreement
from plugins.pairing.services import lists, pairs, units

NOW = dt.datetime(2026, 11, 23, 2, 0, tzinfo=dt.UTC)
TODAY = dt.date(2026, 11, 23)
STAFF = {"dongguan": ("community_secretary", "东关社区"), "xiguan": ("community_secretary", "西关社区"),
         "factory": ("unit_liaison", "永丰厂"), "school": ("unit_liaison", "实验小学"),
             "worker": ("community_worker", "东关社区"),
         "officer": ("org_officer", ""), "street": ("street_officer", "城关街道"), "reader": ("inspector", "")}
TERMS = {"starts_on": dt.date(2026, 1, 1), "ends_on": dt.date(2026, 12, 31), "goals": "修好东关社区的路灯和围墙，办好周末托管班"}


@pytest.fixture(scope="session")
def plugins() -> Plugins:
    """All installed modules, this one among them even where the distribution was installed before it existed."""
    found = installed()
    return found if "pairing" in found.by_name else Plugins([*found.by_name.values(), Owner(plugin, "plugins.pairing")])


@pytest.fixture(autouse=True)
def kept_apart(tmp_path) -> Iterator[None]:
    """Files of these tests lie in a folder of their own."""
    storage.use_root(tmp_path / "files")
    yield
    storage.use_root(None)


def paper(name: str = "协议.pdf", data: bytes = b"%PDF-1.7 signed") -> Any:
    """What a form hands over as an uploaded file."""
    stream = io.BytesIO(data)
    return SimpleNamespace(filename=name, read=stream.read)


@dataclass
class County:
    """The tenant east with units, communities and staff; the clock stands still."""

    world: World
    orgs: dict[str, int] = field(default_factory=dict)
    paths: dict[str, str] = field(default_factory=dict)
    units: dict[str, int] = field(default_factory=dict)

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

    def pair(self, unit: str = "永丰厂", org: str = "东关社区", *, signed: bool = True, day: dt.date = TODAY, **data: Any) -> int:
        """A pairing, proposed by the officer and signed by both sides unless told otherwise; returns the id."""
        login = {"永丰厂": "factory", "实验小学": "school"}[unit]
        with self.acting("officer", day) as ctx:
            made = pairs.propose(ctx,
                **{"kind": "co_construction", "unit_id": self.units[unit], "org_id": self.orgs[org], **TERMS,
                                         "paper": paper(), **data})
            agreement = session().query(PairAgreement).filter(PairAgreement.pair_id == made.id).one().id
            pair_id = made.id
        if signed:
            with self.acting(login, day) as ctx:
                pairs.sign_for_unit(ctx, agreement)
            with self.acting({"东关社区": "dongguan", "西关社区": "xiguan"}[org], day) as ctx:
                pairs.sign_for_community(ctx, agreement)
        return pair_id

    def need(self, login: str = "dongguan", org: str = "东关社区", **data: Any) -> int:
        with self.acting(login) as ctx:
            return lists.publish_need(ctx, org_id=self.orgs[org], **{"title": "安装路灯", "kind": "facility", **data}).id

    def step(self, login: str, flow: str, record_id: int, step: str, day: dt.date = TODAY, **data: Any) -> Any:
        """Make a step as somebody; `reason` goes as such."""
        with self.acting(login, day) as ctx:
            return make_step(ctx, f"pairing.{flow}", record_id, step, reason=data.pop("reason", ""), data=data,
                             accept=data.pop("accept", False))

    def state(self, model: Any, record_id: int) -> str:
        with self.acting("all") as ctx:
            return ctx.get(model, record_id).state

    def delivered(self, pair_id: int, need_id: int, login: str = "factory") -> int:
        """Claim a need, plan and deliver; returns the project's id."""
        with self.acting(login) as ctx:
            lists.claim_need(ctx, need_id, pair_id=pair_id, owner_name="王工")
        project_id = self.project_of(need_id)
        self.step(login, "project", project_id, "plan", plan="先勘察再安装", due_on=dt.date(2026, 12, 20))
        self.step(login, "project", project_id, "deliver", result="小区东侧安装路灯十二盏，夜间通行有照明", beneficiaries=300)
        return project_id

    def project_of(self, need_id: int) -> int:
        """The project a need led to, the latest one."""
        with self.acting("all"):
            wanted = select(JointProject.id).where(JointProject.need_id == need_id).order_by(JointProject.id.desc())
            return session().scalars(wanted).first()


def found(county: County, slug: str = "east") -> None:
    """Places of the tree and the units registered for pairing."""
    with county.acting("all", slug=slug) as ctx:
        for name, parent, kind, unit_kind in (
                ("城关街道", "", "work_committee", "street"), ("东关社区", "城关街道", "committee", "community"),
                ("西关社区", "城关街道", "committee", "community"), ("永丰厂", "城关街道", "unit", "soe"),
                ("实验小学", "城关街道", "unit", "public_institution")):
            place = create_org(ctx, name=f"{name}（测试）", short_name=name, kind=kind, unit_kind=unit_kind,
                               parent_id=county.orgs.get(parent))
            county.orgs[name], county.paths[name] = place.id, place.path
        for name in ("永丰厂", "实验小学"):
            unit = units.register_unit(ctx, org_id=county.orgs[name], liaison_name=f"{name}联络员", strengths="电工、会议室")
            county.units[name] = unit.id


def hire(county: County, slug: str = "east") -> None:
    """Staff with the roles the module's manifest suggests."""
    with county.acting("all", slug=slug):
        begin_write()
        for login, (role, place) in STAFF.items():
            user = User(login_name=login, name=login)
            session().add(user)
            session().flush()
            held = session().query(Role).filter(Role.key == role).one()
            session().add(RoleGrant(user_id=user.id, role_id=held.id, org_path=county.paths.get(place, ""),
                                    org_unit_id=county.orgs.get(place), starts_on=dt.date(2020, 1, 1)))
        session().commit()


@pytest.fixture
def county(world: World) -> Iterator[County]:
    made = County(world)
    with made.on(TODAY):
        found(made)
        hire(made)
        yield made
