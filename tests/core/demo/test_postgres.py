"""The demo on PostgreSQL, for a role that row level security binds: services, bulk and plugins alike."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import func, select

from core.base.engine import Database
from core.base.keyring import load_keyring, use_keyring
from core.base.scope import tenant_scope
from core.base.session import session
from core.demo import load as loading
from core.people.conditions import counted
from core.people.models import MemberChange, Person
from core.plugin import Plugins
from core.tenancy.lookup import by_address

pytestmark = pytest.mark.xdist_group("demo")

MEMBERS = 2100


def test_small_and_large_tenants_are_loaded(app_pg_url: str, plugins: Plugins, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    use_keyring(load_keyring(tmp_path))
    database = Database(app_pg_url)
    database.create_all()
    monkeypatch.setattr(loading, "SCALES", {"both": ("linshu", "chaoyang")})
    with database.use():
        loading.load("both", lambda _line: None, members=MEMBERS)
        for slug, expected in (("linshu", 151), ("chaoyang", MEMBERS)):
            found = by_address(slug=slug)
            assert found
            with tenant_scope(found[0].id):
                assert session().scalar(select(func.count()).select_from(Person).where(counted())) == expected
                assert session().scalar(select(func.sum(MemberChange.effect))) == expected
    database.dispose()
