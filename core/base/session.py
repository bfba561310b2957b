"""The session of the current scope, and how a read turns into a write."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import Session, SessionTransaction

from core.base.refusals import NoTenant
from core.base.scope import Frame, Scope, current_frame

log = logging.getLogger("juheli.base.session")

_write_mode: ContextVar[bool] = ContextVar("juheli_write_mode", default=False)
_opener: ContextVar[Callable[[Scope], Session] | None] = ContextVar("juheli_session_opener", default=None)
_AFTER_COMMIT = "juheli_after_commit"
_COMMITTED = "juheli_committed"
_WRITING = "juheli_writing"


class FencedSession(Session):
    """A session that belongs to one scope for life (`info["scope"]`)."""


def _frame_or_refuse() -> Frame:
    frame = current_frame()
    if frame is None:
        raise NoTenant("no tenant in scope")
    return frame


def session() -> Session:
    """The current scope's session, opened at the first call. Raises NoTenant outside any scope."""
    seat = _frame_or_refuse().seat
    if seat.session is None:
        opener = _opener.get()
        if opener is None:
            raise RuntimeError("no database is in use here: `with database.use():` first")
        seat.session = opener(_frame_or_refuse().scope)
    return seat.session


@contextmanager
def write_mode() -> Iterator[None]:
    """Transactions that begin inside take the write lock at once (SQLite: BEGIN IMMEDIATE)."""
    token = _write_mode.set(True)
    try:
        yield
    finally:
        _write_mode.reset(token)


def wants_write() -> bool:
    """Whether the transaction about to begin is meant to write."""
    frame = current_frame()
    return _write_mode.get() or (frame is not None and frame.seat.write_next)


def begin_write() -> None:
    """Turn the current session from reading to writing: the next statement begins a writing transaction.

    A read transaction that starts to write fails at once on SQLite when somebody else wrote meanwhile, so the
    pending one is ended first. Loaded objects stay; the version column tells at flush when they are stale.
    Raises RuntimeError when changes wait to be flushed or a savepoint is open.
    """
    seat = _frame_or_refuse().seat
    current = session()
    if current.info.get(_WRITING) and current.in_transaction():
        return
    if current.new or current.deleted or any(current.is_modified(obj) for obj in current.dirty):
        raise RuntimeError("begin_write comes before the first change")
    if current.in_nested_transaction():
        raise RuntimeError("begin_write does not work inside a savepoint")
    if current.in_transaction():
        current.commit()
    seat.write_next = True


def run_after_commit(call: Callable[[], object]) -> None:
    """Run `call` once the current session's transaction has committed; a rollback forgets it.

    An error in it is logged, never raised: what was committed stays committed.
    """
    session().info.setdefault(_AFTER_COMMIT, []).append(call)


@event.listens_for(FencedSession, "after_begin")
def _note_mode(current: Session, transaction: SessionTransaction, connection: Any) -> None:
    current.info[_WRITING] = wants_write()


@event.listens_for(FencedSession, "after_commit")
def _note_commit(current: Session) -> None:
    current.info[_COMMITTED] = not current.in_nested_transaction()


@event.listens_for(FencedSession, "after_transaction_end")
def _finish(current: Session, transaction: SessionTransaction) -> None:
    if transaction.parent is not None:
        return
    committed = current.info.pop(_COMMITTED, False)
    calls = current.info.pop(_AFTER_COMMIT, [])
    current.info.pop(_WRITING, None)
    frame = current_frame()
    if frame is not None and frame.seat.session is current:
        frame.seat.write_next = False
    if committed:
        for call in calls:
            try:
                call()
            except Exception:
                log.exception("after-commit call failed")
