"""Nobody waits for ever, and who gave up says for what."""

from __future__ import annotations

import socket
import time

import psycopg
import pytest
from sqlalchemy.exc import OperationalError

from core.base.engine import Database
from core.doors.outage import AWAY, kind_of_outage
from core.testing import engines


def test_what_a_test_left_open_is_named(_postgres, world, monkeypatch):
    engine, _folder = _postgres
    monkeypatch.setattr(engines, "LOCK_SECONDS", 1)
    with psycopg.connect(engine.url("owner").replace("+psycopg", "")) as left_open:
        left_open.execute("LOCK TABLE people_grid")
        with pytest.raises(psycopg.errors.LockNotAvailable) as refused:
            engine.superuser("DELETE FROM people_grid")
    assert any("LOCK TABLE people_grid" in note for note in refused.value.__notes__)


def test_a_server_that_does_not_answer_is_given_up_in_seconds():
    """TCP alone would wait for minutes, with every thread of the service in it; a page says 503 instead."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        database, began = Database(f"postgresql+psycopg://x@127.0.0.1:{silent.getsockname()[1]}/x"), time.monotonic()
        with pytest.raises(OperationalError) as refused:
            database.has_tables()
        assert time.monotonic() - began < 10 and kind_of_outage(refused.value) == AWAY
        database.dispose()
