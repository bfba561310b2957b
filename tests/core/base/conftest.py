"""Databases the fence is tried on: SQLite always, PostgreSQL as an ordinary role (row level security binds it)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from core.base.engine import Database
from tests.core.base.lab import fill, opened


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def lab_url(request: pytest.FixtureRequest) -> str:
    """Where the lab is set up."""
    if request.param == "sqlite":
        return "sqlite://"
    url: str = request.getfixturevalue("app_pg_url")
    return url


@pytest.fixture(scope="module")
def lab_database(lab_url: str) -> Iterator[Database]:
    """A lab with all layers, filled and in use for the whole module."""
    with opened(lab_url) as database:
        yield database


@pytest.fixture
def filled(lab_database: Database) -> Database:
    """The same with every row as it was at the start, for tests that write."""
    fill()
    return lab_database
