"""A county with two communities, two units, and staff with the roles of the module on either side."""

from __future__ import annotations

import datetime as dt
import io
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from core.base.cache import Cache, use_cache
from core.base.config import Config
from core.base.engine import Database
from core.base.session import session
from core.files import storage
from core.tenancy.lookup import by_address
from core.testing.world import World
from core.work.services import make_step
from plugins.pairing.models import JointProject, PairAgreement
from plugins.pairing.services import lists, pairs, units
from tests.county import COMMUNITIES, TODAY
from tests.county import County as Place

STAFF = {"dongguan": ("community_secretary", "东关社区"), "xiguan": ("community_secretary", "西关社区"),
         "factory": ("unit_liaison", "永丰厂"), "school": ("unit_liaison", "实验小学"),
         "worker": ("community_worker", "东关社区"),
         "officer": ("org_officer", ""), "street": ("street_officer", "城关街道"), "reader": ("inspector", "")}
UNITS = (("永丰厂", "城关街道", "unit", "soe"), ("实验小学", "城关街道", "unit", "public_institution"))
TERMS = {"starts_on": dt.date(2026, 1, 1), "ends_on": dt.date(2026, 12, 31), "goals": "修好东关社区的路灯和围墙，办好周末托管班"}


@pytest.fixture(scope="session")
def house(_sqlite, tmp_path_factory, plugins) -> Flask:
    """One application for all these tests: making one takes half a second, and its templates are compiled once."""
    engine, template = _sqlite
    return engine.copy(template, tmp_path_factory.mktemp("house") / "instance", plugins).app


@pytest.fixture
def world(request, tmp_path, plugins) -> Iterator[World]:
    """As core's: an installation of its own per test. On SQLite the application of them all moves into it."""
    if request.config.getoption("--engine") == "postgres":
        yield request.getfixturevalue("pg_world")
        return
    (_engine, template), app = request.getfixturevalue("_sqlite"), request.getfixturevalue("house")
    shutil.copytree(template, tmp_path / "instance")
    config = Config(instance=tmp_path / "instance", database_url="", jobs="none", testing=True)
    database = Database(config.url)
    app.extensions.update({"juheli.config": config, "juheli.database": database})
    use_cache(Cache(config.redis_url))
    made = World(app, database, plugins)
    with database.use():
        made.tenants = {slug: by_address(slug=slug)[0] for slug in ("platform", "east", "west")}
    yield made
    database.dispose()


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
class County(Place):
    """The county of these tests; `units` are those registered for pairing."""

    units: dict[str, int] = field(default_factory=dict)

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


def register(county: County) -> None:
    """The two units, as partners."""
    with county.acting("all") as ctx:
        for name in ("永丰厂", "实验小学"):
            unit = units.register_unit(ctx, org_id=county.orgs[name], liaison_name=f"{name}联络员", strengths="电工、会议室")
            county.units[name] = unit.id


@pytest.fixture
def county(world: World) -> Iterator[County]:
    made = County(world)
    with made.on(TODAY):
        made.found((*COMMUNITIES, *UNITS), "{}（测试）")
        register(made)
        made.hire(STAFF)
        yield made
