"""The contract suite finds what it is for: a box on core's pages that tells a reader what lies in another subtree."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from core.base.scope import beyond_subtree
from core.base.session import session
from core.plugin import Panel
from core.testing.contract.bearing import replaced
from core.testing.contract.subtree import Subtree
from plugins.liaison.models import MobileRecord, Station

LEAKS = {"org_unit": Station, "person": MobileRecord}


def leaking(slot, subject, ctx):
    """What a plugin's author forgets: to ask a service of his own, which narrows."""
    if slot in LEAKS:
        with beyond_subtree("planted by the test"):
            rows = list(session().scalars(select(LEAKS[slot])))
        yield Panel("x", "x.html", {"rows": rows}, "liaison.record.read")


class TestTeeth:
    plugin = "liaison"

    def test_a_box_that_does_not_narrow_is_found(self, stage):
        with replaced(stage, "panels", leaking) as count, pytest.raises(AssertionError, match="panels"):
            Subtree().test_a_reader_of_one_subtree_meets_no_record_of_another(stage)
        assert count == 1
