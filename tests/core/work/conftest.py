"""A database with the fence on, the test module, and people with roles in it."""

from __future__ import annotations

import dataclasses
from contextlib import contextmanager
from pathlib import Path

import pytest

from core.accounts.models import User
from core.base.engine import Database
from core.base.scope import tenant_scope
from core.base.session import begin_write, session
from core.plugin import Owner, Plugins
from core.plugin.manager import install, installed, using
from core.rules import add_rules
from core.service import Actor, Context, Grant, TenantInfo, system_context
from core.testing.world import build_world
from core.work import plugin as work
from tests.core.work.casework import plugin as casework

TENANT = TenantInfo(7, "seven", "七县", "county")
HERE = Path(__file__).parent
A, B = "0001", "0002"
ALL = tuple(f"casework.case.{verb}" for verb in ("read", "write", "send", "take", "check"))


@pytest.fixture(scope="session")
def plugins():
    add_rules(HERE / "casework")
    return Plugins([Owner(work, "core.work"), Owner(casework, "tests.core.work.casework")])


@dataclasses.dataclass
class Desk:
    """Contexts and records of one tenant."""

    database: Database
    plugins: Plugins
    tenant: TenantInfo = TENANT

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

    def people(self, count):
        """Accounts 1…count, for what refers to accounts."""
        begin_write()
        session().add_all([User(id=n, login_name=f"u{n}", name=f"user {n}") for n in range(1, count + 1)])
        session().commit()


@pytest.fixture
def desk(plugins, tmp_path):
    database = Database(f"sqlite:///{tmp_path}/work.sqlite")
    database.create_all()
    yield Desk(database, plugins)
    database.dispose()


@pytest.fixture
def site(tmp_path):
    """A whole installation with the test module in it: county `east`, accounts made by the test."""
    before = installed()
    add_rules(HERE / "casework")
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
