from __future__ import annotations

import datetime as dt
from contextlib import contextmanager

import pytest

from core.base import clock
from core.testing.world import World

from .people import give_password


@pytest.fixture
def east_admin(world: World) -> int:
    """`admin` of east can sign in with PASSWORD."""
    return give_password(world, "east", "admin")


@pytest.fixture
def later():
    """`with later(minutes=5):` — some time from now, and from there again."""

    @contextmanager
    def move(**delta):
        with clock.at(clock.now() + dt.timedelta(**delta)):
            yield

    return move
