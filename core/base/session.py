"""The session of the current scope, and how a read turns into a write."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import Select, bindparam, event, select
from sqlalchemy.orm import ORMExecuteState, Session, SessionTransaction
from sqlalchemy.sql.base import ExecutableOption

from core.base.refusals import NoTenant
from core.base.scope import Frame, Scope, current_frame

log = logging.getLogger("juheli.base.session")
M = TypeVar("M")
AGAIN = {"juheli_again": True}  # execution option of a statement that somebody keeps: the same object comes again and again
Lengths = tuple[tuple[list[Any], int], ...]

_write_mode: ContextVar[bool] = ContextVar("juheli_write_mode", default=False)
_gathered: ContextVar[list[Any] | None] = ContextVar("juheli_gathered", default=None)
_opener: ContextVar[Callable[[Scope], FencedSession] | None] = ContextVar("juheli_session_opener", default=None)


@dataclass(slots=True)
class Work:
    """What a session knows of the transaction it is in."""

    writing: bool = False  # began as a writing one
    changed: bool = False  # something was sent to the database
    committed: bool = False
    calls: list[Callable[[], object]] = field(default_factory=list)  # for after the commit
    facts: list[Any] = field(default_factory=list)  # for the audit, written right before the commit (core.service)
    said: list[Any] = field(default_factory=list)  # the same of the service that is running, a list for each
    marks: dict[SessionTransaction, Lengths] = field(default_factory=dict)  # savepoint -> what there was before it
    waiting: dict[type, list[Any]] = field(default_factory=dict)  # gathered records by class, in the order of first sight
    touched: int = 0  # how often something was added, flushed or changed by a statement

    def lengths(self) -> Lengths:
        """How much waits for the commit, and in which list."""
        return tuple((each, len(each)) for each in (self.calls, self.facts, self.said))


class FencedSession(Session):
    """A session that belongs to one scope for life (`info["scope"]`)."""

    def __init__(self, *args: Any, **kw: Any) -> None:
        super().__init__(*args, **kw)
        self.work = Work()

    def flush(self, objects: Any = None) -> None:
        """Send what is new or changed; gathered records first, class by class, so that what refers comes after what is referred
        to. Every query that flushes by itself comes here too. What an error keeps from being sent waits on.
        """
        waiting, self.work.waiting = self.work.waiting, {}
        try:
            while waiting:
                model = next(iter(waiting))
                self.add_all(waiting[model])
                super().flush()
                del waiting[model]
        except BaseException:
            for model, records in waiting.items() if self.is_active else ():    # else they go with their transaction
                self.work.waiting.setdefault(model, [])[:0] = records
            raise
        super().flush(objects)

    def rollback(self) -> None:
        self.work.waiting = {}
        super().rollback()


def _frame_or_refuse() -> Frame:
    frame = current_frame()
    if frame is None:
        raise NoTenant("no tenant in scope")
    return frame


def session() -> FencedSession:
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
    if current.work.writing and current.in_transaction():
        return
    unflushed = current.new or current.deleted or any(current.is_modified(obj) for obj in current.dirty)
    if unflushed or current.work.changed:
        raise RuntimeError("begin_write comes before the first change")
    if current.in_nested_transaction():
        raise RuntimeError("begin_write does not work inside a savepoint")
    if current.in_transaction():
        current.commit()
    seat.write_next = True


def end_write() -> None:
    """The write is over; also when it ended before its first statement, so that the next read takes no write lock."""
    _frame_or_refuse().seat.write_next = False


@contextmanager
def gathering() -> Iterator[list[Any]]:
    """Records given to `add` inside wait, and `flush` sends nothing: they go to the database together before the next query,
    or when the session is flushed outside. For many new records of a kind, each made by the same service. Yields what is given.
    """
    given: list[Any] = []
    token = _gathered.set(given)
    try:
        yield given
    finally:
        _gathered.reset(token)


def add(*records: Any) -> None:
    """Add new records. Gathered ones go class by class in the order in which the classes came: a record comes before those
    that refer to it. What the database fills in of them (version, defaults) is not there before they are sent.
    """
    current, given = session(), _gathered.get()
    if given is None:
        current.add_all(records)
        return
    given += records
    current.work.touched += 1
    for record in records:
        current.work.waiting.setdefault(type(record), []).append(record)


def flush() -> None:
    """Send changes to the database, unless they are being gathered."""
    if _gathered.get() is None:
        session().flush()


def is_waiting(record: Any) -> bool:
    """Whether a gathered record has not been sent yet."""
    return any(each is record for each in session().work.waiting.get(type(record), ()))


def rest() -> None:
    """End the reading transaction of the current scope before long work in others: PostgreSQL ends a transaction that asks
    nothing for minutes, and the work would fail at its very end. Loaded objects stay. Does nothing outside any scope, or
    when the transaction is meant to write.
    """
    frame = current_frame()
    current = None if frame is None else frame.seat.session
    if current is None or not current.in_transaction() or current.in_nested_transaction():
        return
    work = current.work
    unsent = work.waiting or current.new or current.dirty or current.deleted
    if not (unsent or work.writing or work.changed or work.calls or work.facts):
        current.commit()


def run_after_commit(call: Callable[[], object]) -> None:
    """Run `call` once the current session's transaction has committed; a rollback forgets it.

    An error in it is logged, never raised: what was committed stays committed.
    """
    session().work.calls.append(call)


@event.listens_for(FencedSession, "after_begin")
def _began(current: FencedSession, transaction: SessionTransaction, connection: Any) -> None:
    current.work.writing = wants_write()


@event.listens_for(FencedSession, "after_flush")
def _flushed(current: FencedSession, context: Any) -> None:
    current.work.changed = True
    current.work.touched += 1


@event.listens_for(FencedSession, "transient_to_pending")
def _added(current: FencedSession, instance: Any) -> None:
    current.work.touched += 1


@event.listens_for(FencedSession, "do_orm_execute")
def _executes(state: ORMExecuteState) -> None:
    if state.is_insert or state.is_update or state.is_delete:
        current: Any = state.session
        current.work.changed = True
        current.work.touched += 1


@event.listens_for(FencedSession, "after_transaction_create")
def _savepoint(current: FencedSession, transaction: SessionTransaction) -> None:
    if transaction.nested:
        current.work.marks[transaction] = current.work.lengths()


@event.listens_for(FencedSession, "after_commit")
def _committed(current: FencedSession) -> None:
    savepoint = current.get_nested_transaction()
    current.work.committed = savepoint is None
    if savepoint is not None:
        current.work.marks.pop(savepoint, None)


def _forget_since(work: Work, savepoint: SessionTransaction) -> None:
    """A savepoint that ends with its mark was not committed: rolled back, or dead since a flush in it failed."""
    if (before := work.marks.pop(savepoint, None)) is not None:
        for each, length in before:
            del each[length:]
        work.waiting = {}                   # a savepoint begins with a flush: what waits was gathered inside it


@event.listens_for(FencedSession, "after_transaction_end")
def _ended(current: FencedSession, transaction: SessionTransaction) -> None:
    if transaction.parent is not None:
        _forget_since(current.work, transaction)
        return
    done, current.work = current.work, Work()
    frame = current_frame()
    if frame is not None and frame.seat.session is current:
        frame.seat.write_next = False
    for call in done.calls if done.committed else ():
        try:
            call()
        except Exception:
            log.exception("after-commit call failed")


@cache
def one_of(model: type[M], *options: ExecutableOption) -> Select[tuple[M]]:
    """The statement that loads one record by `number`; made once per model (and options, which are objects of a module), for
    every page about a record begins with it."""
    wanted = select(model).where(model.id == bindparam("number"))  # type: ignore[attr-defined]
    return wanted.options(*options).execution_options(**AGAIN)
