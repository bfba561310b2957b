"""Names of units read once and shared by all who ask: never older than a change, never in another's words."""

from __future__ import annotations

import time

from sqlalchemy import update

from core.access.models import AccessRevision
from core.base.i18n import use_locale
from core.base.session import begin_write, session
from core.people.models import OrgUnit
from core.people.names import LONGEST, UnitNames
from core.testing.engines import Sqlite


def unit(short_name: str, ordinal: int = 9001) -> OrgUnit:
    return OrgUnit(name=f"中共{short_name}委员会", short_name=short_name, kind="branch", ordinal=ordinal, path=f"0001{ordinal}")


def add(world, *units: OrgUnit) -> None:
    with world.inside("east"):
        begin_write()
        session().add_all(units)
        session().commit()


def shared(world, text: str = "东关一支部"):
    with world.inside("east"):
        return UnitNames.shared().find(text)[0]


def test_a_unit_written_before_a_savepoint_failed_is_known(world):
    add(world, unit("西关支部"))
    assert shared(world) is None
    with world.inside("east"):
        begin_write()
        session().add(unit("东关一支部", 9002))
        session().flush()
        failing = session().begin_nested()
        session().add(unit("东关二支部", 9003))
        session().flush()
        failing.rollback()
        session().commit()
    assert shared(world) and not shared(world, "东关二支部")


def test_a_unit_that_was_taken_back_is_forgotten(world):
    add(world, unit("西关支部"))
    with world.inside("east"):
        begin_write()
        session().add(unit("东关一支部", 9002))             # sent by the first question
        assert UnitNames.shared().find("东关一支部")[0]
        session().rollback()
    assert shared(world) is None


def test_names_are_read_once_and_end_after_two_minutes(world, monkeypatch):
    add(world, unit("东关一支部"))
    with world.inside("east"):
        first = UnitNames.shared()
        assert UnitNames.shared() is first
    now = time.monotonic() + 121
    monkeypatch.setattr("core.base.memo.time.monotonic", lambda: now)
    with world.inside("east"):
        assert UnitNames.shared() is not first


def test_each_database_has_its_own_names(sqlite_world, plugins, tmp_path):
    """A copy has the tenants of the first one, and may have its numbers."""
    here, engine = sqlite_world, Sqlite()
    there = engine.copy(here.app.extensions["juheli.config"].instance, tmp_path / "copy", plugins)
    there.tenants |= here.tenants
    for world, name in ((here, "东关一支部"), (there, "东关二支部")):
        add(world, unit(name))
        with world.inside("east"):
            begin_write()
            session().execute(update(AccessRevision).values(settings=1).execution_options(
                access_unchanged=True, synchronize_session=False))
            session().commit()
        assert shared(world, name)
    engine.drop(there)


def test_each_reader_gets_the_sentence_in_the_own_language(county):
    names = UnitNames.load()
    assert "没有找到" in names.find("南关支部")[1]
    with use_locale("en"):
        assert "没有找到" not in names.find("南关支部")[1]


def test_only_short_texts_that_name_a_unit_are_remembered(county):
    names = UnitNames.load()
    long = " " * LONGEST + "东关一支部"
    assert names.find(long)[0] and not names.find("南关支部")[0] and names.find("东关一支部")[0] is names.find("东关一支部")[0]
    assert [asked[0] for asked in names.found] == ["东关一支部"]
