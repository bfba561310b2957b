"""A small installation for tests: a database, the app, tenants, accounts and signed-in browsers."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select

from core.access.contexts import user_context
from core.access.models import AccessToken, Role, RoleGrant
from core.access.tokens import HINT, macs, new_secret
from core.accounts.models import User
from core.accounts.sessions import open_session
from core.app import create_app
from core.base import clock
from core.base.config import Config
from core.base.engine import Database
from core.base.ids import new_id
from core.base.scope import tenant_scope
from core.base.session import begin_write, session
from core.plugin import Plugins
from core.service import Context, TenantInfo, system_context
from core.tenancy.lookup import by_id, enabled_plugins
from core.tenancy.models import PLATFORM, PLATFORM_SLUG
from core.tenancy.onboarding import create_tenant
from core.tenancy.platform import furnish_platform, has_platform

from .alike import share

LONG_AGO = dt.date(2020, 1, 1)
TOKEN = re.compile(r'name="csrf-token" content="([^"]+)"')


@dataclass
class Browser:
    """A browser at one tenant; posts carry the CSRF token of the last page seen, as a person's browser would."""

    client: FlaskClient
    root: str
    token: str = ""

    def get(self, path: str, **options: Any) -> Any:
        response = self.client.get(self.root + path, **options)
        found = TOKEN.search(response.get_data(as_text=True)) if response.mimetype == "text/html" else None
        self.token = found.group(1) if found else self.token
        return response

    def post(self, path: str, data: dict[str, Any] | None = None, **options: Any) -> Any:
        if not self.token:
            self.get("/search/")
        headers = {"X-CSRFToken": self.token, **options.pop("headers", {})}
        return self.client.post(self.root + path, data=data or {}, headers=headers, **options)


@dataclass
class Program:
    """A program at the API of one tenant, with its access token ("" for none)."""

    client: FlaskClient
    root: str
    secret: str

    def ask(self, method: str, path: str, **options: Any) -> Any:
        """Ask for a path below /api/v1, e.g. `ask("POST", "/people/persons", json={...})`."""
        headers = {"Authorization": f"Bearer {self.secret}"} if self.secret else {}
        headers |= options.pop("headers", {})
        return self.client.open(f"{self.root}/api/v1{path}", method=method, headers=headers, **options)

    def get(self, path: str, **options: Any) -> Any:
        return self.ask("GET", path, **options)


@dataclass
class World:
    """Everything a test needs, over one database file."""

    app: Flask
    database: Database
    plugins: Plugins
    tenants: dict[str, TenantInfo] = field(default_factory=dict)

    def open_tenant(self, slug: str, name: str = "", kind: str = "county", plugins: tuple[str, ...] | None = None) -> TenantInfo:
        """Onboard a tenant with the admin `admin`."""
        with self.database.use():
            made = create_tenant(slug=slug, name=name or slug, kind=kind, admin_login="admin", admin_name="Admin",
                                 plugins=plugins)
            _held_for_long(made.tenant.id)
        self.tenants[slug] = made.tenant
        return made.tenant

    @contextmanager
    def inside(self, slug: str) -> Iterator[Context]:
        """The tenant's scope, with a context of all powers."""
        tenant = self.tenants[slug]
        with self.database.use(), tenant_scope(tenant.id):
            found = by_id(tenant.id)
            assert found
            yield system_context(found[0], enabled_plugins(tenant.id, found[1]), "test", via="cli")

    @contextmanager
    def acting(self, slug: str, login: str) -> Iterator[Context]:
        """The tenant's scope with the rights of one account."""
        with self.inside(slug) as ctx:
            user = session().scalars(select(User).where(User.login_name == login)).one()
            yield user_context(ctx.tenant, ctx.enabled, user.id) or ctx

    def add_user(self, slug: str, login: str, *permissions: str, path: str = "", name: str = "") -> int:
        """An account holding a role of its own with `permissions` on the subtree `path`; returns its id."""
        with self.inside(slug):
            begin_write()
            user = User(login_name=login, name=name or login)
            role = Role(key=f"test_{login}", label=f"test {login}", permissions=sorted(permissions), source="test")
            session().add_all([user, role])
            session().flush()
            session().add(RoleGrant(user_id=user.id, role_id=role.id, org_path=path, starts_on=LONG_AGO))
            session().commit()
            return user.id

    def browser(self, slug: str, login: str | None = "admin") -> Browser:
        """A browser signed in as `login` (None: a visitor)."""
        client = self.app.test_client()
        root = "/platform" if slug == PLATFORM_SLUG else f"/t/{slug}"
        if login is not None:
            with self.inside(slug):
                begin_write()
                user = session().scalars(select(User).where(User.login_name == login)).one()
                token = open_session(user, address="127.0.0.1", agent="test", second_factor=True)
                session().commit()
            client.set_cookie("juheli", token, path=root)
        return Browser(client, root)

    def program(self, slug: str, *permissions: str, path: str = "") -> Program:
        """A program with a token for `permissions` on the subtree `path`, with an account of its own."""
        user_id, secret = self.add_user(slug, f"program-{new_id()}", *permissions, path=path), new_secret()
        with self.inside(slug):
            begin_write()
            session().add(AccessToken(user_id=user_id, name="test", hint=secret[:HINT], mac=macs(secret)[0], org_path=path,
                                      permissions=sorted(permissions), expires_at=clock.now() + dt.timedelta(days=1)))
            session().commit()
        return Program(self.app.test_client(), f"/t/{slug}", secret)

    def run_jobs(self) -> int:
        """Run what waits in the queue, here and now."""
        return int(self.app.extensions["juheli.runner"].run_all())

    @contextmanager
    def counting(self) -> Iterator[list[str]]:
        """The SQL statements sent meanwhile."""
        sent: list[str] = []

        def note(_conn: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            sent.append(statement)

        event.listen(self.database.engine, "before_cursor_execute", note)
        try:
            yield sent
        finally:
            event.remove(self.database.engine, "before_cursor_execute", note)


def _held_for_long(tenant_id: int) -> None:
    """Roles count on any day a test stands at, not only from the day the tests are run."""
    with tenant_scope(tenant_id):
        begin_write()
        for grant in session().scalars(select(RoleGrant)):
            grant.starts_on = LONG_AGO
        session().commit()


def build_world(folder: Path, plugins: Plugins, url: str = "") -> World:
    """An installation in `folder`: schema created, platform (tenant 0) with the operator `operator`."""
    config = Config(instance=folder, database_url=url, jobs="none", testing=True)
    database = share(Database(config.url))
    app = create_app(config, plugins=plugins, database=database)
    world = World(app, database, plugins)
    with ExitStack() as stack:
        stack.enter_context(database.use())
        if not database.has_tables():
            database.create_all()
        if not has_platform():
            furnish_platform(operator_login="operator", operator_name="Operator")
            _held_for_long(PLATFORM)
        found = by_id(PLATFORM)
        assert found
        world.tenants[PLATFORM_SLUG] = found[0]
    return world
