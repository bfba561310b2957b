"""Who waits says for whom: a test that left a transaction open does not let the next one hang without a word."""

from __future__ import annotations

import psycopg
import pytest

from core.testing import engines


def test_what_a_test_left_open_is_named(_postgres, world, monkeypatch):
    engine, _folder = _postgres
    monkeypatch.setattr(engines, "LOCK_SECONDS", 1)
    with psycopg.connect(engine.url("owner").replace("+psycopg", "")) as left_open:
        left_open.execute("LOCK TABLE people_grid")
        with pytest.raises(psycopg.errors.LockNotAvailable) as refused:
            engine.superuser("DELETE FROM people_grid")
    assert any("LOCK TABLE people_grid" in note for note in refused.value.__notes__)
