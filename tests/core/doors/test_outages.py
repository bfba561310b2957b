"""The database away, the disk full, the line broken: a sentence and the right status, never a 500; threads come back."""

from __future__ import annotations

import errno
import io
import socket
import sqlite3
import threading
import time

import psycopg
import pytest
from gunicorn.http.errors import InvalidChunkSize
from sqlalchemy.exc import IntegrityError, OperationalError, PendingRollbackError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from core.doors.watch import BODY, HEAD, HEAD_SECONDS, WORK, Watch, Watched
from core.testing.world import World

CASES = [
    (OperationalError("SELECT", {}, sqlite3.OperationalError("database is locked")), 503, "请过几秒再试"),
    (OperationalError("COMMIT", {}, sqlite3.OperationalError("database or disk is full")), 507, "存储空间已满"),
    (PoolTimeout("QueuePool limit"), 503, "请过几秒再试"),
    (PendingRollbackError("cannot reconnect"), 503, "请过几秒再试"),
    (psycopg.errors.AdminShutdown("terminating connection"), 503, "请过几秒再试"),
    (OperationalError("COMMIT", {}, psycopg.errors.DiskFull("no space")), 507, "存储空间已满"),
    (ProgrammingError("SELECT", {}, psycopg.errors.UndefinedColumn("no such column")), 500, "系统出错了"),
    (OSError(errno.ENOSPC, "no space"), 507, "存储空间已满"),
    (InvalidChunkSize("zz"), 400, "没有收完整"),
    (ConnectionResetError(), 400, "没有收完整"),
    (OperationalError("SELECT", {}, sqlite3.OperationalError("no such column: x")), 500, "系统出错了"),
    (IntegrityError("INSERT", {}, sqlite3.IntegrityError("UNIQUE")), 500, "系统出错了"),
    (OSError(errno.EACCES, "denied"), 500, "系统出错了"),
]


@pytest.mark.parametrize(("error", "status", "says"), CASES, ids=[f"{type(e).__name__}-{s}" for e, s, _ in CASES])
def test_outages_have_pages_of_their_own(world: World, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int,
                                         says: str) -> None:
    def fails() -> None:
        raise error

    world.app.config["PROPAGATE_EXCEPTIONS"] = False
    monkeypatch.setitem(world.app.view_functions, "home.index", _like(world.app.view_functions["home.index"], fails))
    answer = world.browser("east").get("/")
    assert answer.status_code == status and says in answer.get_data(as_text=True)
    assert (answer.headers.get("Retry-After") is not None) is (status == 503)


def test_an_outage_while_the_answer_is_finished_is_no_500(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """As when the connection breaks between the commit and the note of where the form was sent."""
    broken = iter([psycopg.OperationalError("server closed the connection")])

    def finish(response: object) -> object:
        for error in broken:
            raise error
        return response

    world.app.config["PROPAGATE_EXCEPTIONS"] = False
    monkeypatch.setitem(world.app.after_request_funcs, None, [finish, *world.app.after_request_funcs[None]])
    assert world.browser("east").get("/accounts/me").status_code == 503


def _like(view: object, function: object) -> object:
    function.needs, function.audience = view.needs, view.audience  # type: ignore[attr-defined]
    return function


def test_a_handler_that_hangs_ends_the_process_and_one_that_reads_does_not() -> None:
    ended: list[int] = []
    watch = Watch(5, end=lambda: ended.append(1))
    ours, theirs = socket.socketpair()
    watch.enter(WORK, ours)
    watch.look(time.monotonic() + 4)
    assert ended == []
    watch.look(time.monotonic() + 6)
    assert ended == [1]
    watch.enter(BODY, ours, length=1_000_000)
    watch.look(time.monotonic() + 100)
    assert ended == [1], "a large upload may take its time"
    watch.look(time.monotonic() + 140)
    assert ours.recv(1) == b"", "but not for ever: the blocked read returns"
    theirs.close()


def test_a_client_that_dawdles_over_its_head_is_cut_off() -> None:
    watch = Watch(5)
    ours, theirs = socket.socketpair()
    got: list[bytes] = []
    reader = threading.Thread(target=lambda: (watch.enter(HEAD, ours), got.append(ours.recv(10)), watch.leave()))
    reader.start()
    while not watch.threads:
        time.sleep(0.01)
    watch.look(time.monotonic() + HEAD_SECONDS + 1)
    reader.join(2)
    assert got == [b""] and watch.threads == {}
    theirs.close()


def test_time_spent_reading_is_the_clients() -> None:
    watch = Watch(5)
    phases = []

    class Slow(io.BytesIO):
        def read(self, *size: int) -> bytes:
            phases.append(watch.threads[threading.get_ident()].phase)
            return super().read(*size)

    def app(environ: dict, _start: object) -> list[bytes]:
        phases.append(watch.threads[threading.get_ident()].phase)
        body = environ["wsgi.input"].read(3)
        phases.append(watch.threads[threading.get_ident()].phase)
        return [body]

    assert Watched(app, watch)({"wsgi.input": Slow(b"abcdef"), "CONTENT_LENGTH": "6"}, None) == [b"abc"]
    assert phases == [WORK, BODY, WORK] and watch.threads == {}


@pytest.mark.parametrize(("error", "answered"), [(psycopg.OperationalError("closed"), True), (ValueError("a bug"), False)])
def test_what_breaks_at_the_very_end_of_a_request_is_an_outage_too(error: Exception, answered: bool) -> None:
    said: list[str] = []

    def app(_environ: dict, start: object) -> list[bytes]:
        raise error

    environ = {"wsgi.input": io.BytesIO(b""), "CONTENT_LENGTH": "0"}
    if not answered:
        with pytest.raises(ValueError, match="a bug"):
            Watched(app, Watch(5))(environ, lambda status, *_rest: said.append(status))
        return
    body = b"".join(Watched(app, Watch(5))(environ, lambda status, *_rest: said.append(status)))
    assert said == ["503 Service Unavailable"] and "请过几秒再试" in body.decode()
