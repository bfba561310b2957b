from __future__ import annotations

from collections.abc import Iterator

import pytest

from core.base.engine import Database
from core.base.scope import Scope, tenant_scope
from core.base.session import write_mode
from core.rules import models

TENANT = 7


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """The tables of core on both kinds of database, with the whole fence."""
    url = "sqlite://" if request.param == "sqlite" else request.getfixturevalue("app_pg_url")
    used = Database(url)
    assert models.RuleOverride.__table__ in used.metadata.sorted_tables
    used.create_all()
    with used.use():
        yield used
    with used.maintenance("leave nothing behind") as connection:
        used.metadata.drop_all(connection)
    used.dispose()


@pytest.fixture
def tenant(database: Database) -> Iterator[Scope]:
    """A writing session in tenant 7; what it does is rolled back."""
    with tenant_scope(TENANT) as scope, write_mode():
        yield scope


@pytest.fixture
def platform(database: Database) -> Iterator[Scope]:
    with tenant_scope(0) as scope, write_mode():
        yield scope
