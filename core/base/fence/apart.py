"""Asking others in the middle of a page: what fails in their code or in the database takes nothing else along."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from core.base.session import FencedSession, session

BROKEN = 3                      # libpq's PQTRANS_INERROR: the transaction takes no further statement


class Swallowed(RuntimeError):
    """Somebody hushed up an error of the database, which refuses everything until the transaction ends."""


@contextmanager
def apart() -> Iterator[None]:
    """Whatever raises inside leaves the session usable.

    A session that has something to lose works in a SAVEPOINT. One that only reads needs none: after an error its transaction
    ends, the next statement begins another, and what was loaded before is read again where it is looked at.
    """
    current = session()
    if _has_something_to_lose(current):
        with current.begin_nested():
            yield
        return
    try:
        yield
        if _is_broken(current):
            raise Swallowed("a statement failed and nobody said so")
    except Exception:
        current.rollback()
        raise


def _has_something_to_lose(current: FencedSession) -> bool:
    work = current.work
    return bool(current.in_nested_transaction() or work.writing or work.changed or work.calls or work.facts or work.waiting
                or current.new or current.dirty or current.deleted)


def _is_broken(current: FencedSession) -> bool:
    """Only PostgreSQL has such transactions."""
    if not current.in_transaction():
        return False
    wire = getattr(current.connection().connection.driver_connection, "pgconn", None)
    return wire is not None and int(wire.transaction_status) == BROKEN
