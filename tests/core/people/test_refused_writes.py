"""A service that refuses before its first statement leaves no wish to write behind."""

from __future__ import annotations

import pytest

from core.base.session import session, wants_write
from core.contracts.errors import Invalid
from core.people.services.merge import merge


def test_reading_after_a_refused_write_takes_no_lock(world, county):
    session().rollback()
    with pytest.raises(Invalid):
        merge(county.ctx, 1, 1, reason="x")
    assert not wants_write()
    county.unit("东关社区")                             # a read, in a transaction that must not lock others out
    world.add_user("east", "li", "people.org.read")    # another session writes
