"""A database: its settings, its bindings, its end."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from sqlalchemy import select, text

from core.base.engine import Database, current_database
from core.base.scope import tenant_scope
from core.base.session import session
from tests.core.base.lab import LabMember, lab, opened


def test_sqlite_settings(tmp_path):
    address = f"sqlite:///{tmp_path}/lab.sqlite"
    with opened(address) as database, database.maintenance("test: pragmas", writes=False) as connection:
        read = {
            name: connection.scalar(text(f"PRAGMA {name}"))
            for name in ("journal_mode", "busy_timeout", "foreign_keys", "synchronous")
        }
    assert read == {"journal_mode": "wal", "busy_timeout": 10000, "foreign_keys": 1, "synchronous": 1}


def test_tables_are_strict_and_without_rowid(tmp_path):
    address = f"sqlite:///{tmp_path}/lab.sqlite"
    with opened(address) as database, database.maintenance("test: tables", writes=False) as connection:
        listed = connection.execute(text("PRAGMA table_list")).mappings().all()
    assert {(row["strict"], row["wr"]) for row in listed if row["name"].startswith("lab_")} == {(1, 1)}


def test_a_temporary_database_leaves_nothing_behind():
    database = Database("sqlite://", metadata=lab)
    file = Path(database.engine.url.database)
    database.create_all()
    assert file.exists()
    database.dispose()
    assert not file.parent.exists()


def test_two_databases_stay_apart(lab_database):
    with opened("sqlite://") as other:
        with other.maintenance("test: empty") as connection:
            connection.execute(LabMember.__table__.delete())
        with other.use(), tenant_scope(1):
            assert current_database() is other
            assert session().scalars(select(LabMember)).all() == []
        with lab_database.bind(), tenant_scope(1):
            assert current_database() is lab_database
            assert len(session().scalars(select(LabMember)).all()) == 3


def test_a_thread_has_no_database_until_it_says_so(lab_database):
    said = []

    def ask():
        for call in (current_database, session):
            try:
                with tenant_scope(1):
                    call()
            except RuntimeError as error:
                said.append(str(error))

    thread = threading.Thread(target=ask)
    thread.start()
    thread.join()
    assert len(said) == 2 and all("no database is in use" in word for word in said)


def test_maintenance_rolls_back_on_error(filled):
    with pytest.raises(ZeroDivisionError), filled.maintenance("test: fail") as connection:
        connection.execute(LabMember.__table__.delete())
        raise ZeroDivisionError
    with tenant_scope(1):
        assert len(session().scalars(select(LabMember)).all()) == 3
