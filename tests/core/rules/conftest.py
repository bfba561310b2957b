from __future__ import annotations

import pytest

from core.base.engine import Database
from core.base.scope import tenant_scope
from core.base.session import write_mode
from core.rules import models

TENANT = 7


@pytest.fixture(scope="module")
def database():
    used = Database("sqlite://")
    assert models.RuleOverride.__table__ in used.metadata.sorted_tables
    used.create_all()
    with used.use():
        yield used
    used.dispose()


@pytest.fixture
def tenant(database):
    """A writing session in tenant 7; what it does is rolled back."""
    with tenant_scope(TENANT) as scope, write_mode():
        yield scope


@pytest.fixture
def platform(database):
    with tenant_scope(0) as scope, write_mode():
        yield scope
