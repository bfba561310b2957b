"""Tests that share something costly stay on one worker: a new pytest may break that without a word."""

from __future__ import annotations

import pytest


@pytest.mark.xdist_group("told")
def test_a_group_is_known_to_the_workers(request):
    on_a_worker = hasattr(request.config, "workerinput")
    assert request.node.nodeid.endswith("@told") == on_a_worker
