"""The numbers that tell what was changed: told by each commit that changed something, by no rollback."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from core.access.models import AccessRevision
from core.base.session import begin_write, session
from core.people.models import OrgUnit


def unit(ordinal: int) -> OrgUnit:
    return OrgUnit(name=f"u{ordinal}", short_name=f"u{ordinal}", kind="branch", ordinal=ordinal, path=f"0001{ordinal}")


def stamp(world) -> int | None:
    with world.inside("east"):
        return session().scalar(select(AccessRevision.settings).where(AccessRevision.id == 1))


def test_what_was_changed_before_a_savepoint_failed_is_told(world):
    before = stamp(world)
    with world.inside("east"):
        begin_write()
        session().add(unit(9001))
        session().flush()
        with pytest.raises(IntegrityError), session().begin_nested():
            session().add(unit(9001))
            session().flush()
        session().commit()
    assert stamp(world) != before


def test_what_was_taken_back_whole_is_not_told(world):
    before = stamp(world)
    with world.inside("east"):
        begin_write()
        session().begin_nested()
        session().add(unit(9001))
        session().flush()
        session().rollback()                            # the savepoint, and all around it
        session().commit()
    assert stamp(world) == before
