"""Connections of the pool: asked whether they live where they rested, and begun in one trip together with whose they are."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from core.base import alive
from core.base.fence.apart import Swallowed, apart
from core.base.scope import tenant_scope
from core.base.session import session
from tests.core.base.lab import LabMember, opened

MEMBERS = sa.select(sa.func.count(LabMember.id))


@pytest.fixture(scope="module")
def server(app_pg_url):
    with opened(app_pg_url) as database:
        yield database


@pytest.fixture
def pinged(server, monkeypatch):
    """How often the server was asked whether it lives."""
    asked, ping = [], server.engine.dialect.do_ping
    monkeypatch.setattr(server.engine.dialect, "do_ping", lambda connection: asked.append(1) or ping(connection))
    return asked


def count() -> int:
    with tenant_scope(1):
        return session().scalar(MEMBERS)


def test_only_a_connection_that_rested_is_asked(server, pinged, monkeypatch):
    count()
    assert count() == 3 and not pinged
    monkeypatch.setattr(alive, "WHILE", 0.0)
    assert count() == 3 and pinged


def test_a_connection_that_died_at_rest_is_replaced(server, app_pg_url, monkeypatch):
    monkeypatch.setattr(alive, "WHILE", 0.0)
    count()
    with server.engine.pool.connect() as kept:
        died = kept.driver_connection
    died.close()
    assert count() == 3


def test_a_transaction_begins_with_one_trip(server):
    with tenant_scope(1):
        connection = session().connection()
        driver = connection.connection.driver_connection
        assert driver.autocommit and driver.info.transaction_status.name == "INTRANS"
        assert session().scalar(sa.select(sa.func.current_setting("app.tenant_id", True))) == "1"
        session().rollback()
        assert driver.info.transaction_status.name == "IDLE"


def test_an_isolation_level_of_its_own_holds_and_goes_with_its_transaction(server):
    level = sa.select(sa.func.current_setting("transaction_isolation"))
    with tenant_scope(1):
        session().connection(execution_options={"isolation_level": "REPEATABLE READ"})
        assert session().scalar(level) == "repeatable read" and session().scalar(MEMBERS) == 3
    with tenant_scope(1):
        assert session().scalar(level) == "read committed" and session().scalar(MEMBERS) == 3


def fail() -> None:
    """A statement that the database refuses."""
    session().scalar(sa.select(LabMember.id // (LabMember.id - LabMember.id)))


def test_what_fails_apart_leaves_a_reading_session_usable(server):
    with tenant_scope(1):
        member = session().scalars(sa.select(LabMember).order_by(LabMember.id)).first()
        name = member.name
        with pytest.raises(sa.exc.DataError), apart():
            fail()
        assert session().scalar(MEMBERS) == 3 and member.name == name


def test_an_error_somebody_hushed_up_is_told(server):
    with tenant_scope(1):
        with pytest.raises(Swallowed), apart(), pytest.raises(sa.exc.DataError):
            fail()
        assert session().scalar(MEMBERS) == 3


def test_what_was_changed_before_stays_when_something_fails_apart(filled):
    with tenant_scope(1):
        member = session().scalars(sa.select(LabMember).order_by(LabMember.id)).first()
        member.name = "changed before"
        with pytest.raises(ZeroDivisionError), apart():
            session().scalar(MEMBERS)
            member.name = "changed inside"
            raise ZeroDivisionError
        assert member.name == "changed before"
