"""Databases the fence is tried on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from core.base.engine import Database
from tests.core.base.lab import fill, opened


@pytest.fixture(scope="module")
def lab_database() -> Iterator[Database]:
    """A lab on SQLite with all layers, filled and in use for the whole module."""
    with opened("sqlite://") as database:
        yield database


@pytest.fixture
def filled(lab_database: Database) -> Database:
    """The same with every row as it was at the start, for tests that write."""
    fill()
    return lab_database
