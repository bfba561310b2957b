"""The production stack on this machine: PostgreSQL with its three roles, Redis, gunicorn as deployed, workers."""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import select

from core.app import create_app
from core.base.cache import Cache, use_cache
from core.base.config import Config
from core.base.engine import Database
from core.base.fence.roles import role_statements
from core.base.session import session
from core.migrations.upgrade import upgrade
from core.people.models import OrgUnit
from core.plugin import Plugins
from core.tenancy.lookup import by_id
from core.tenancy.models import PLATFORM, PLATFORM_SLUG
from core.tenancy.platform import furnish_platform
from core.testing.world import World
from tests.servers import free_port

from .servers import ROOT, Postgres, Process, gunicorn, worker

LONG = os.environ.get("JUHELI_CHAOS") == "long"
# a tenant's writers wait for one another (its audit chain): to reach 50,000 acknowledgements in minutes there are more of them
STAFF = {"east": 4, "west": 4} | ({f"county{n}": 2 for n in range(6)} if LONG else {})  # tenant -> accounts
TENANTS = tuple(STAFF)
METRICS_TOKEN = "t" * 32


@dataclass
class Stack:
    """What runs, where, and whose sessions there are: tenant -> cookies; tenant -> its top unit."""

    folder: Path
    environment: dict[str, str]
    world: World
    port: int
    postgres: Postgres | None = None
    processes: list[Process] = field(default_factory=list)
    sessions: dict[str, list[str]] = field(default_factory=dict)
    roots: dict[str, int] = field(default_factory=dict)

    def web(self, port: int | None = None, app: str = "core.wsgi:app", **more: str) -> Process:
        found = gunicorn(self.folder, port or self.port, self.environment | more, app)
        self.processes.append(found)
        return found

    def worker(self, name: str) -> Process:
        found = worker(self.folder, name, self.environment)
        self.processes.append(found)
        return found

    def stop(self) -> None:
        for process in self.processes:
            with contextlib.suppress(ProcessLookupError, AssertionError):
                process.stop(signal.SIGTERM, 40)
        self.world.database.dispose()
        use_cache(Cache())
        if self.postgres is not None:
            self.postgres.stop(signal.SIGINT)


def prepare(folder: Path, plugins: Plugins, *, postgres: bool = True, redis_url: str = "", **settings: str) -> Stack:
    """Migrate as the owner, open two tenants with staff and sessions as the app role; starts no web process yet."""
    environment = {"JUHELI_INSTANCE": str(folder), "PYTHONPATH": str(ROOT), "JUHELI_JOBS": "external",
                   "JUHELI_WORKERS": "3" if LONG else "2", "JUHELI_THREADS": "4", "JUHELI_LOG": "json", "JUHELI_LEASE": "3",
                   "JUHELI_REDIS_URL": redis_url, "JUHELI_PROXIES": "1", "JUHELI_ACCEL": "/_stored/",
                   "JUHELI_METRICS_TOKEN": METRICS_TOKEN, **settings}
    server = None
    if postgres:
        server = Postgres()
        environment |= made_roles(server)
    config = Config.from_environment(environment | {"JUHELI_REDIS_URL": ""})
    owner = Database.of(config, migrating=True)
    with owner.use():
        upgrade(owner, plugins)
    owner.dispose()
    database = Database.of(config)
    world = World(create_app(config, plugins=plugins, database=database), database, plugins)
    with database.use():
        furnish_platform(operator_login="operator", operator_name="Operator")
        found = by_id(PLATFORM)
    assert found
    world.tenants[PLATFORM_SLUG] = found[0]
    stack = Stack(folder, environment, world, free_port(), server)
    for slug in TENANTS:
        world.open_tenant(slug, f"{slug} county")
        logins = [f"staff{n}" for n in range(STAFF[slug])]
        for login in logins:
            world.add_user(slug, login, "people.org.read", "people.org.manage", "people.person.read")
        stack.sessions[slug] = [world.browser(slug, login).client.get_cookie("juheli", path=f"/t/{slug}").value
                                for login in logins]
        with world.inside(slug):
            stack.roots[slug] = session().scalar(select(OrgUnit.id).where(OrgUnit.parent_id.is_(None)))
    return stack


def made_roles(server: Postgres) -> dict[str, str]:
    """Database and roles as docs/deploy.md says; the settings that name them."""
    mark = secrets.token_hex(3)
    database, owner, app = f"juheli_{mark}", f"owner_{mark}", f"app_{mark}"
    server.ask(f"CREATE DATABASE {database} TEMPLATE template0")
    for statement in role_statements(owner, app, "", database):
        server.ask(statement, database)
    address = f"postgresql+psycopg://{{}}@127.0.0.1:{server.port}/{database}"
    return {"JUHELI_DATABASE_URL": address.format(app), "JUHELI_MIGRATE_URL": address.format(owner)}


@contextlib.contextmanager
def running(stack: Stack) -> Iterator[Stack]:
    try:
        yield stack
    finally:
        stack.stop()
