"""Indicators on both kinds of database."""

from __future__ import annotations

from core.indicators.engine import measure
from core.indicators.history import curves, keep_today
from core.indicators.places import by_place
from tests.core.ledgers.trial import context, share, young


def test_measured_by_place_and_kept(here, known):
    ctx = context(known)
    found = measure(ctx, [young, share])
    assert (found["trial.young"].amount, found["trial.reachable"].base) == (8, 24)
    places = by_place(ctx, [young, share])
    assert [p.name for p in places] == ["第1支部", "第2支部", "第3支部", "第4支部"]
    assert sum(p.values[1].amount for p in places) == found["trial.reachable"].amount == 18
    assert keep_today(ctx) == 3 * (1 + 1 + 4)
    assert keep_today(ctx) == 3 * (1 + 1 + 4)
    branch = context(known, 1, "00000002")
    assert [p.value.base for p in curves(branch, measure(branch, [share]).values())["trial.reachable"]] == [6]
