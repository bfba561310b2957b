"""A database with the fence on, the test module, and people with roles in it."""

from __future__ import annotations

import dataclasses
import itertools
from contextlib import contextmanager
from pathlib import Path

import pytest

from core.accounts import models as _accounts  # noqa: F401  (tables that work refers to)
from core.base.engine import Database
from core.base.scope import tenant_scope
from core.plugin import Owner, Plugins
from core.plugin.manager import install, installed, using
from core.rules import add_rules, packs
from core.service import Actor, Context, Grant, TenantInfo, system_context
from core.testing.world import build_world
from core.work import plugin as work
from tests.core.work.casework import plugin as casework

_numbers = itertools.count(7)
HERE = Path(__file__).parent
A, B = "0001", "0002"
ALL = tuple(f"casework.case.{verb}" for verb in ("read", "write", "send", "take", "check"))


@pytest.fixture(scope="package", autouse=True)
def case_rules():
    """The rules of the test module, for these tests only: others on the same worker compare the catalogue."""
    add_rules(HERE / "casework")
    yield
    packs._more.remove(HERE / "casework")
    packs.catalog.cache_clear()
    packs.shipped_version.cache_clear()


@pytest.fixture(scope="session")
def plugins():
    return Plugins([Owner(work, "core.work"), Owner(casework, "tests.core.work.casework")])


@dataclasses.dataclass
class Desk:
    """Contexts and records of one tenant."""

    database: Database
    plugins: Plugins
    tenant: TenantInfo

    @contextmanager
    def open(self):
        with self.database.use(), using(self.plugins), tenant_scope(self.tenant.id):
            yield self

    def system(self):
        return system_context(self.tenant, {"casework"}, "system")

    def actor(self, number=1, path="", *verbs, name=""):
        """Somebody holding `casework.case.<verb>` (all, if none is named) on `path`."""
        names = frozenset(f"casework.case.{v}" for v in verbs) if verbs else frozenset(self.plugins.permissions)
        return Context(self.tenant, Actor("user", number, name or f"user {number}"), (Grant(1, f"role {path}", names, path),),
                       frozenset({"casework"}))


def new_tenant():
    """A tenant nobody used before: tests share a database and see nothing of each other."""
    number = next(_numbers)
    return TenantInfo(number, f"t{number}", f"{number} County", "county")


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def database(request):
    """The tables on both kinds of database, with the whole fence."""
    used = Database("sqlite://" if request.param == "sqlite" else request.getfixturevalue("app_pg_url"))
    used.create_all()
    yield used
    with used.maintenance("leave nothing behind") as connection:
        used.metadata.drop_all(connection)
    used.dispose()


@pytest.fixture
def desk(database, plugins):
    return Desk(database, plugins, new_tenant())


@pytest.fixture
def site(tmp_path):
    """A whole installation with the test module in it: county `east`, accounts made by the test."""
    before = installed()
    world = build_world(tmp_path, Plugins([*before.by_name.values(), Owner(casework, "tests.core.work.casework")]))
    world.open_tenant("east", "East County", plugins=("casework",))
    yield world
    world.database.dispose()
    install(before)


@pytest.fixture
def east(site):
    """Ann at A, Bob and Bea at B, and somebody who only reads elsewhere."""
    site.add_user("east", "ann", *ALL, path=A, name="安娜")
    site.add_user("east", "bob", *ALL, path=B, name="鲍勃")
    site.add_user("east", "bea", *ALL, path=B, name="贝雅")
    site.add_user("east", "out", "casework.case.read", path="0003", name="外人")
    return site
