"""What a server does once before it forks."""

from __future__ import annotations

import gc

from core.doors.warm import warm


def test_what_lives_as_long_as_the_process_is_frozen_last(world, monkeypatch):
    """Not in this process, in which worlds come and go."""
    done = []
    monkeypatch.setattr(gc, "collect", lambda: done.append("collected"))
    monkeypatch.setattr(gc, "freeze", lambda: done.append("frozen"))
    assert warm(world.app) > 50 and done == ["collected", "frozen"]
