"""Databases the fence is tried on: SQLite always, PostgreSQL as an ordinary role (row level security binds it)."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import psycopg
import pytest
from sqlalchemy.engine import make_url

from core.base.engine import Database
from tests.core.base.lab import fill, opened


@pytest.fixture(scope="session")
def app_pg_url(pg_url: str) -> Iterator[str]:
    """The test database for a role that is no superuser and may not bypass row level security."""
    role = f"app_{uuid.uuid4().hex[:10]}"
    address = make_url(pg_url).set(drivername="postgresql")
    with psycopg.connect(address.render_as_string(False), autocommit=True) as owner:
        owner.execute(f"CREATE ROLE {role} LOGIN NOSUPERUSER NOBYPASSRLS")
        owner.execute(f"GRANT ALL ON SCHEMA public TO {role}")
    yield make_url(pg_url).set(username=role).render_as_string(False)
    with psycopg.connect(address.render_as_string(False), autocommit=True) as owner:
        owner.execute(f"DROP OWNED BY {role}")
        owner.execute(f"DROP ROLE {role}")


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
