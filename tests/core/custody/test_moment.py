"""An archive shows one moment of a tenant in which people go on working, however long the writing takes."""

from __future__ import annotations

import datetime as dt
import time

import pytest
from sqlalchemy import select

from core.access.contexts import acting_in
from core.base.engine import Database
from core.base.fence.postgres import Limits
from core.base.session import begin_write, session
from core.custody import operators, shelf
from core.custody.archive import writing
from core.custody.archive.opening import opened
from core.files import storage
from core.files.services import keep_file
from core.people.models import OrgUnit, Person
from core.people.services.persons import create_person, update_person

DAY = dt.date(2026, 1, 1)


@pytest.fixture(params=["sqlite_world", "pg_world"])
def place(request, tmp_path):
    """East with a person and a file, on either database."""
    world = request.getfixturevalue(request.param)
    storage.use_root(tmp_path / "files")
    with world.database.use():
        work(world, "张三")
        yield world
    storage.use_root(None)


def work(world, name):
    """What people do all day: a person more, a change to the first one, a file."""
    with world.inside("east") as ctx:
        top = session().scalars(select(OrgUnit.id).order_by(OrgUnit.path).limit(1)).one()
        create_person(ctx, name=name, org_id=top, effective_on=DAY)
        first = session().scalars(select(Person).order_by(Person.id).limit(1)).one()
        update_person(ctx, first.id, version=first.version, note=name)
        stored = storage.store(lambda path: path.write_bytes(name.encode() * 999))
        begin_write()
        keep_file(ctx, stored, kind="test", name=name)
        session().commit()


def test_people_write_while_the_archive_is_made(place):
    """Between any two tables somebody adds, changes and uploads: the archive knows nothing of it, and can be restored."""
    told = []

    def tell(percent, _text):
        told.append(percent)
        if len(told) % 8 == 2:      # the moment is that of the first row read
            work(place, f"李四{len(told)}")

    with place.acting("platform", "operator") as ctx:
        manifest = operators.make_archive(ctx, "east", tell=tell)
        assert len(told) > 60 and manifest.files.count == 1 and manifest.files.missing == 0
        [path] = shelf.folder().glob("*.zip")
        with opened(path) as archive:
            archive.verify()
            assert [row["name"] for row in archive.rows("people_person")] == ["张三"]
        copy = operators.restore_beside(ctx, "east", path)     # compares every table, walks through the audit chain
        assert copy.rows["people_person"] == 1


def test_copying_files_may_take_longer_than_a_transaction_may_rest(pg_world, tmp_path, monkeypatch):
    """PostgreSQL ends a transaction that asks nothing for five minutes; here after 0.3 seconds."""
    storage.use_root(tmp_path / "files")
    copied = writing._copied
    monkeypatch.setattr(writing, "_copied", lambda *told: (time.sleep(0.8), copied(*told))[1])
    hasty = Database(pg_world.database.engine.url.render_as_string(hide_password=False), limits=Limits(idle=300))
    with pg_world.database.use():
        work(pg_world, "张三")
    try:
        with hasty.use(), acting_in("platform", "test") as ctx:
            assert operators.make_archive(ctx, "east").files.count == 1
    finally:
        hasty.dispose()
        storage.use_root(None)
