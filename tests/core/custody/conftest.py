"""Installations of their own: database, master key and folder; one county is made once and taken from there."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import select

from core.base import keyring as keys
from core.base.engine import Database
from core.base.keyring import Keyring, load_keyring, use_keyring
from core.base.scope import tenant_scope
from core.base.session import session
from core.custody.archive import passphrase
from core.custody.archive.reading import Sum, snapshot, sums
from core.custody.archive.tables import travelling
from core.files import storage
from core.people.models import OrgUnit
from core.people.services.persons import create_person
from core.plugin import Plugins, installed
from core.service import TenantInfo, system_context
from core.tenancy.lookup import by_address, enabled_plugins
from core.tenancy.onboarding import create_tenant
from core.tenancy.platform import furnish_platform

from .rows import fill

DAY = dt.date(2026, 1, 1)
PASSPHRASE = "临沭 horse battery 2026"


@dataclass
class Installation:
    """One place where Juheli runs. `use` makes it this process's; what was in use before comes back."""

    folder: Path
    database: Database
    ring: Keyring

    @contextmanager
    def use(self) -> Iterator[None]:
        before, roots = keys._ring, list(storage._root)
        use_keyring(self.ring)
        storage.use_root(self.folder / "files")
        try:
            with self.database.use():
                yield
        finally:
            use_keyring(before)
            storage.use_root(roots[0] if roots else None)

    def tenant(self, slug: str) -> TenantInfo:
        found = by_address(slug=slug)
        assert found, slug
        return found[0]

    @contextmanager
    def inside(self, slug: str):
        tenant = self.tenant(slug)
        with tenant_scope(tenant.id):
            yield system_context(tenant, enabled_plugins(tenant.id, 1), "test")

    def sums(self, slug: str) -> dict[str, Sum]:
        """Number and hash of the rows per travelling table."""
        with snapshot(self.tenant(slug).id):
            return {k: v for k, v in sums(travelling(self.database.metadata, installed())).items() if v.rows}


def open_installation(folder: Path, url: str = "") -> Installation:
    folder.mkdir(parents=True, exist_ok=True)
    database = Database(url or f"sqlite:///{folder / 'juheli.db'}")
    return Installation(folder, database, load_keyring(folder, {}))


@pytest.fixture(scope="session", autouse=True)
def _quick_passphrases() -> Iterator[None]:
    """A passphrase costs 0.2 s on purpose; not forty times in a test run."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(passphrase.SCRYPT, "n", 2**10)
        yield


@pytest.fixture(scope="session")
def _pilot_folder(tmp_path_factory: pytest.TempPathFactory, plugins: Plugins) -> Path:
    """A pilot on SQLite: one county with people and files of its own, and a few rows in every table there is."""
    folder = tmp_path_factory.mktemp("pilot")
    pilot = open_installation(folder)
    pilot.database.create_all()
    with pilot.use():
        furnish_platform(operator_login="operator", operator_name="Operator")
        create_tenant(slug="linshu", name="临沭县", kind="county", admin_login="admin", admin_name="Admin")
        with pilot.inside("linshu") as ctx:
            fill(travelling(pilot.database.metadata, installed()))
            top = session().scalars(select(OrgUnit.id).where(OrgUnit.parent_id.is_(None)).order_by(OrgUnit.id)).first()
            for number in range(20):
                create_person(ctx, name=f"张三{number}", org_id=top, phone=f"138000056{number:02}", effective_on=DAY)
    pilot.database.dispose()
    return folder


@pytest.fixture
def pilot(_pilot_folder: Path, tmp_path: Path) -> Iterator[Installation]:
    """A copy of the pilot that a test may change."""
    shutil.copytree(_pilot_folder, tmp_path / "pilot")
    found = open_installation(tmp_path / "pilot")
    yield found
    found.database.dispose()


@pytest.fixture(scope="session")
def _empty(tmp_path_factory: pytest.TempPathFactory, plugins: Plugins) -> Path:
    """A database with all tables and no row: made once, because making it takes half a second."""
    path = tmp_path_factory.mktemp("empty") / "juheli.db"
    database = Database(f"sqlite:///{path}")
    database.create_all()
    database.dispose()
    return path


@pytest.fixture
def installation(tmp_path: Path, _empty: Path) -> Iterator[Callable[..., Installation]]:
    """Makes further, empty installations: `installation(name, url="")`."""
    made: list[Installation] = []

    def make(name: str, url: str = "") -> Installation:
        found = open_installation(tmp_path / name, url)
        if url:
            found.database.create_all()
        else:
            shutil.copy(_empty, tmp_path / name)
        made.append(found)
        return found

    yield make
    for each in made:
        if not each.database.is_sqlite:
            with each.database.maintenance("leave nothing behind") as connection:
                each.database.metadata.drop_all(connection)
        each.database.dispose()
