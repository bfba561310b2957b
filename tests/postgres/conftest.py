"""Here the world is on PostgreSQL, whatever the rest of the run uses."""

from __future__ import annotations

import pytest


@pytest.fixture
def world(pg_world):
    return pg_world
