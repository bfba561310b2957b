"""Two tenants that exist for the length of a probe, with canaries in them, and those who look around."""

from __future__ import annotations

import datetime as dt
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask
from sqlalchemy import delete, select

from core.access.models import AccessToken, RoleGrant
from core.access.tokens import HINT, macs, new_secret
from core.accounts.models import User
from core.accounts.sessions import open_session
from core.base import clock
from core.base.engine import Database
from core.base.scope import system_scope, tenant_scope
from core.base.session import begin_write, session
from core.files import storage
from core.people.services.root import find_root
from core.plugin import Plugins
from core.service import TenantInfo
from core.tenancy.models import SHADOW, Tenant
from core.tenancy.onboarding import create_tenant

from .canaries import Mark, plant, tenant_tables
from .probe import Probe
from .visitor import Visitor

FOREIGN, OWN, BEYOND = 7_000_000_000_100, 7_000_000_000_200, 7_000_000_000_303     # the first two: of this year
DAY = dt.timedelta(days=1)
CLERK, BYSTANDER = 7_000_000_000_204, 7_000_000_000_205


def word(letter: str) -> str:
    """A word that stands nowhere else: letters only, so that it fits wherever a name does."""
    alphabet = "BCDFGHKLMNPQRSTVWXZ"
    return f"Q{letter}" + "".join(secrets.choice(alphabet) for _ in range(8))


def open_shadow(kind: str, plugins: tuple[str, ...]) -> TenantInfo:
    """A tenant of its own for the probe, with the given plugins on."""
    slug = f"{SHADOW}{secrets.token_hex(5)}"
    return create_tenant(slug=slug, name=slug, kind=kind, admin_login="shadow", admin_name="shadow", plugins=plugins,
                         by="isolation").tenant


def remove_shadow(tenant_id: int) -> None:
    """Delete every row of a shadow and the shadow itself."""
    with tenant_scope(tenant_id):
        begin_write()
        for table in reversed(tenant_tables()):
            session().execute(delete(table).where(table.c.tenant_id == tenant_id))
        session().commit()
        shutil.rmtree(storage.tenant_folder(), ignore_errors=True)
    with system_scope("isolation: remove a shadow"):
        begin_write()
        session().execute(delete(Tenant).where(Tenant.id == tenant_id))
        session().commit()


def marks_for(tenant: TenantInfo, numbers: dict[int, str]) -> list[Mark]:
    """One set of canaries per number, each at a place of its own below the root."""
    with tenant_scope(tenant.id):
        root = find_root()
        path = root.path if root else ""
    return [Mark(tenant.id, number, word(letter), f"{path}zz{place:02d}")
            for place, (number, letter) in enumerate(numbers.items(), 1)]


def bearer_for(tenant: TenantInfo, user_id: int, plugins: Plugins, path: str = "") -> str:
    """An access token of the account for every permission there is; what the account may do is cut by its own grants."""
    secret = new_secret()
    with tenant_scope(tenant.id):
        begin_write()
        session().add(AccessToken(user_id=user_id, name="isolation", hint=secret[:HINT], mac=macs(secret)[0], org_path=path,
                                  permissions=sorted(plugins.permissions), expires_at=clock.now() + DAY,
                                  last_used_at=clock.now()))
        session().commit()
    return secret


def signed_in(app: Flask, tenant: TenantInfo, user_id: int, name: str) -> Visitor:
    """A visitor with a session of the account."""
    with tenant_scope(tenant.id):
        begin_write()
        user = session().scalars(select(User).where(User.id == user_id)).one()
        token = open_session(user, address="127.0.0.1", agent="isolation", second_factor=True)
        session().commit()
    return Visitor(app, f"/t/{tenant.slug}", token, name)


@contextmanager
def shadows(app: Flask, database: Database, plugins: Plugins, kind: str, names: tuple[str, ...]) -> Iterator[Probe]:
    """Two shadow tenants with the plugins `names` on and canaries in them, gone afterwards."""
    made: list[TenantInfo] = []
    with database.use():
        try:
            made += [open_shadow(kind, names), open_shadow(kind, names)]
            probe = furnished(app, database, plugins, *made)
            try:
                yield probe
            finally:
                probe.writes.stop()
        finally:
            for tenant in made:
                remove_shadow(tenant.id)


def furnished(app: Flask, database: Database, plugins: Plugins, there: TenantInfo, here: TenantInfo) -> Probe:
    """Canaries in both tenants, accounts in `here`: admin, clerk of one subtree, somebody without rights."""
    with database.use():
        foreign, = marks_for(there, {FOREIGN: "A"})
        own, beyond = marks_for(here, {OWN: "B", BEYOND: "C"})
        for mark in (foreign, own, beyond):
            with tenant_scope(mark.tenant_id):
                plant(mark, plugins)
        with tenant_scope(here.id):
            add_accounts(own)
        visitors = [signed_in(app, here, number, name) for number, name in ((OWN, "admin"), (CLERK, "clerk"),
                                                                           (BYSTANDER, "bystander"))]
        for visitor, number in zip(visitors, (OWN, CLERK, BYSTANDER), strict=True):
            visitor.bearer = bearer_for(here, number, plugins)
        probe = Probe(app, database, plugins, foreign, own, beyond, *visitors, foreign_slug=there.slug,
                      stolen_bearer=bearer_for(there, FOREIGN, plugins))
        probe.begin()
    return probe


def add_accounts(own: Mark) -> None:
    """The clerk holds the canary's role on the canary's subtree, the bystander holds nothing."""
    begin_write()
    session().add_all([User(id=CLERK, login_name="clerk", name="clerk", must_change_password=False),
                       User(id=BYSTANDER, login_name="bystander", name="bystander", must_change_password=False)])
    session().flush()
    session().add(RoleGrant(user_id=CLERK, role_id=own.id, org_path=own.path, starts_on=clock.today()))
    session().commit()
