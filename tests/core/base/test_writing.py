"""Reading turns into writing, commits tell, versions notice."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import event, select
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm.exc import StaleDataError

from core.base.scope import current_frame, tenant_scope
from core.base.session import add, begin_write, gathering, run_after_commit, session, wants_write, write_mode
from tests.core.base.lab import LabMember, LabOrg, LabTag, opened


@pytest.fixture
def impatient(tmp_path):
    """SQLite that does not wait for a lock."""
    with opened(f"sqlite:///{tmp_path}/lab.sqlite") as database:
        event.listen(database.engine, "connect", lambda dbapi, record: dbapi.execute("PRAGMA busy_timeout=0"))
        database.engine.dispose()
        yield database


def org(name="org1") -> LabOrg:
    return session().scalars(select(LabOrg).where(LabOrg.name == name)).one()


def somebody_writes(name: str) -> None:
    """Another connection changes tenant 1 and commits."""
    with tenant_scope(1):
        begin_write()
        session().add(LabOrg(name=name))
        session().commit()


def test_a_read_that_turns_into_a_write_fails_without_begin_write(impatient):
    with tenant_scope(1):
        found = org()
        somebody_writes("meanwhile")
        found.name = "renamed"
        with pytest.raises(OperationalError, match="locked"):
            session().flush()


def test_begin_write_ends_the_read_and_keeps_the_objects(impatient):
    with tenant_scope(1):
        found = org()
        somebody_writes("meanwhile")
        begin_write()
        found.name = "renamed"
        session().commit()
        assert found.name == "renamed"
        assert org("meanwhile")


def test_a_writing_transaction_holds_the_lock_from_its_first_statement(impatient):
    with tenant_scope(1):
        begin_write()
        org()
        with pytest.raises(OperationalError, match="locked"):
            somebody_writes("too late")
        session().rollback()
        somebody_writes("now")


def test_reading_again_after_the_commit(lab_database, filled):
    with tenant_scope(1):
        begin_write()
        org()
        assert wants_write()
        session().commit()
        assert not wants_write()
        org()
        assert not current_frame().seat.write_next


def test_write_mode_covers_a_block(impatient):
    with write_mode(), tenant_scope(1):
        org()
        with pytest.raises(OperationalError, match="locked"):
            somebody_writes("too late")
    assert not wants_write()


def test_begin_write_twice_keeps_what_was_flushed(filled):
    with tenant_scope(1):
        begin_write()
        org().name = "renamed"
        session().flush()
        begin_write()
        session().rollback()
        assert org("org1")


def test_begin_write_refuses_unflushed_changes(filled):
    with tenant_scope(1):
        session().add(LabOrg(name="new"))
        with pytest.raises(RuntimeError, match="first change"):
            begin_write()
    with tenant_scope(1):
        org().name = "renamed"
        with pytest.raises(RuntimeError, match="first change"):
            begin_write()


def test_begin_write_refuses_to_commit_what_was_flushed_by_mistake(filled):
    with tenant_scope(1):
        org().name = "renamed"
        session().flush()
        with pytest.raises(RuntimeError, match="first change"):
            begin_write()
    with tenant_scope(1):
        assert org("org1")


def test_begin_write_refuses_a_savepoint(filled):
    with tenant_scope(1):
        org()
        with session().begin_nested(), pytest.raises(RuntimeError, match="savepoint"):
            begin_write()


def test_two_versions_of_one_row_collide(filled):
    with tenant_scope(1):
        begin_write()
        found = org()
        session().commit()
        with tenant_scope(1):
            begin_write()
            org().name = "first"
            session().commit()
        begin_write()
        found.name = "second"
        with pytest.raises(StaleDataError):
            session().flush()


def test_calls_wait_for_the_commit(filled):
    heard = []
    with tenant_scope(1):
        session().add(LabOrg(name="new"))
        run_after_commit(lambda: heard.append("bell"))
        with session().begin_nested():
            session().flush()
        assert heard == []
        session().commit()
        assert heard == ["bell"]
        session().commit()
        assert heard == ["bell"]


def test_a_rollback_forgets_the_calls(filled):
    heard = []
    with tenant_scope(1):
        org()
        run_after_commit(lambda: heard.append("rolled back"))
        session().rollback()
        org()
        session().commit()
    with tenant_scope(1):
        org()
        run_after_commit(lambda: heard.append("left"))
    assert heard == []


def test_a_call_of_a_failed_savepoint_is_forgotten(filled):
    heard = []
    with tenant_scope(1):
        org()
        run_after_commit(lambda: heard.append("kept"))
        savepoint = session().begin_nested()
        run_after_commit(lambda: heard.append("dropped"))
        savepoint.rollback()
        session().commit()
    assert heard == ["kept"]


def test_a_call_of_a_savepoint_that_a_flush_ended_is_forgotten(filled):
    heard = []
    with tenant_scope(1):
        run_after_commit(lambda: heard.append("kept"))
        with pytest.raises(IntegrityError), session().begin_nested():
            run_after_commit(lambda: heard.append("dropped"))
            session().add(LabMember(name="nowhere", org_id=404))
            session().flush()
        with session().begin_nested():
            run_after_commit(lambda: heard.append("kept too"))
        session().commit()
    assert heard == ["kept", "kept too"]


def test_what_an_error_kept_from_being_sent_is_sent_later(filled):
    def refuse(current, *_):
        if any(isinstance(each, LabOrg) for each in current.new):
            raise ValueError("not now")

    with tenant_scope(1):
        org()
        with gathering():
            add(LabOrg(name="first"), LabTag(name="second"))
        event.listen(session(), "before_flush", refuse)
        with pytest.raises(ValueError, match="not now"):
            session().flush()
        event.remove(session(), "before_flush", refuse)
        session().commit()
        assert org("first") and session().scalars(select(LabTag.name).where(LabTag.name == "second")).one()


def test_a_failing_call_breaks_nothing(filled, caplog):
    heard = []
    with tenant_scope(1):
        session().add(LabOrg(name="new"))
        run_after_commit(lambda: 1 // 0)
        run_after_commit(lambda: heard.append("next"))
        session().commit()
        assert heard == ["next"]
        assert org("new")
    assert "after-commit call failed" in caplog.text


def test_many_writers_take_turns(lab_database, filled):
    failed: list[BaseException] = []

    def write(number: int) -> None:
        try:
            with lab_database.use():
                for turn in range(5):
                    with tenant_scope(1):
                        org()
                        begin_write()
                        session().add(LabOrg(name=f"w{number}-{turn}"))
                        session().commit()
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    with tenant_scope(1):
        assert len([name for name in session().scalars(select(LabOrg.name)) if name.startswith("w")]) == 30
