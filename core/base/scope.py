"""Whose data this is: the scope every session, statement, file path and log line is built from.

Outside any scope there is no data (`NoTenant`). A scope lives in a context variable, so each thread and each
task has its own; a new thread starts with none. Entering a scope makes a seat for one session that no other
scope ever uses; leaving it rolls that session back and closes it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar, copy_context
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeVar

from core.base.refusals import CrossTenant, NoTenant

if TYPE_CHECKING:
    from core.base.session import FencedSession

__all__ = [
    "ALL_TAKE_PART", "PLATFORM", "CrossTenant", "Frame", "NoTenant", "Scope", "Seat", "beyond_subtree", "current_frame",
    "current_scope", "leave_nothing_out", "narrowed", "streamed", "system_scope", "tenant_scope",
]  # fmt: skip

log = logging.getLogger("juheli.base.scope")

T = TypeVar("T")
ALL_TAKE_PART: tuple[str, tuple[str, ...]] = ("", ())
PLATFORM = 0  # the platform is a tenant itself: number 0


@dataclass(frozen=True, slots=True)
class Scope:
    """`tenant_id` None means all tenants (system work, always with a reason).

    `subtrees` are the organisation paths the reader may see: None = all of the tenant, () = nothing, and a
    path covers itself and everything below it ("" covers all). `out`: places that take no part in a module, with its
    name: its rows there are left out of what is listed and counted.
    """

    tenant_id: int | None
    reason: str = ""
    subtrees: tuple[str, ...] | None = None
    out: tuple[str, tuple[str, ...]] = ALL_TAKE_PART

    @property
    def is_system(self) -> bool:
        return self.tenant_id is None

    @property
    def is_platform(self) -> bool:
        """May touch what belongs to the platform: system work, or tenant 0."""
        return self.tenant_id in (None, PLATFORM)

    def covers(self, path: str | None) -> bool:
        """Whether an organisation path lies in the reader's subtrees."""
        if self.subtrees is None:
            return True
        return path is not None and any(path.startswith(subtree) for subtree in self.subtrees)


@dataclass(slots=True)
class Seat:
    """Where the one session of a scope sits; empty until somebody asks for it."""

    session: FencedSession | None = None
    write_next: bool = False

    def clear(self) -> None:
        """Roll back and close; nothing of the scope survives it."""
        if self.session is not None:
            self.session.close()
            self.session = None


@dataclass(slots=True)
class Asked:
    """Whether a service was asked for one record where no part is taken; shared by all blocks inside it."""

    whole: bool = False


@dataclass(frozen=True, slots=True)
class Frame:
    scope: Scope
    seat: Seat = field(default_factory=Seat)
    asked: Asked = field(default_factory=Asked)


_frame: ContextVar[Frame | None] = ContextVar("juheli_scope", default=None)


def current_frame() -> Frame | None:
    """The innermost scope with its seat, or None."""
    return _frame.get()


def current_scope() -> Scope:
    """The scope in force. Raises NoTenant outside any."""
    frame = _frame.get()
    if frame is None:
        raise NoTenant("no tenant in scope")
    return replace(frame.scope, out=ALL_TAKE_PART) if frame.asked.whole else frame.scope


@contextmanager
def _entered(scope: Scope) -> Iterator[Scope]:
    frame = Frame(scope)
    token = _frame.set(frame)
    try:
        yield scope
    finally:
        try:
            frame.seat.clear()
        finally:
            _frame.reset(token)


@contextmanager
def tenant_scope(tenant_id: int, subtrees: Iterable[str] | None = None) -> Iterator[Scope]:
    """Work for one tenant, with a session of its own. Raises TypeError when the tenant is not a number."""
    if not isinstance(tenant_id, int) or isinstance(tenant_id, bool):
        raise TypeError(f"a tenant is an integer, not {tenant_id!r}")
    with _entered(Scope(tenant_id, subtrees=None if subtrees is None else tuple(subtrees))) as scope:
        yield scope


@contextmanager
def system_scope(reason: str) -> Iterator[Scope]:
    """Work across all tenants: the one door in the fence, always with a reason, only from listed modules."""
    if not reason.strip():
        raise ValueError("system work needs a reason")
    log.debug("system scope: %s", reason)
    with _entered(Scope(None, reason=reason)) as scope:
        yield scope


@contextmanager
def narrowed(subtrees: Iterable[str] | None, out: tuple[str, tuple[str, ...]] | None = None) -> Iterator[Scope]:
    """Same tenant, same session, but only these subtrees, and without what lies `out`; what held before comes back on leaving.

    The subtrees replace the outer ones. So does `out` where it is given (a service called by another brings its own);
    else what is left out outside is left out here, and what is asked for here is whole outside too.
    """
    frame = _frame.get()
    if frame is None:
        raise NoTenant("nothing to narrow: no tenant in scope")
    left = frame.scope.out if out is None else out
    scope = replace(frame.scope, subtrees=None if subtrees is None else tuple(subtrees), out=left)
    token = _frame.set(Frame(scope, frame.seat, frame.asked if out is None else Asked()))
    try:
        yield scope
    finally:
        _frame.reset(token)


def leave_nothing_out() -> None:
    """Until the running service ends, whatever block this stands in: somebody asked for one record by its number and gets
    it whole, wherever it lies."""
    frame = _frame.get()
    if frame is not None:
        frame.asked.whole = True


@contextmanager
def beyond_subtree(reason: str) -> Iterator[Scope]:
    """Same tenant, same session, without the subtree limit: to name a parent above, to move a record away."""
    if not reason.strip():
        raise ValueError("looking beyond the subtree needs a reason")
    with narrowed(None) as scope:
        yield scope


def streamed(produce: Callable[[], Iterable[T]]) -> Iterator[T]:
    """Iterate `produce()` in a scope equal to the current one that outlives the caller's (streaming answers).

    Every step runs in its own copy of the context, so nothing leaks to whoever pulls the items.
    """
    scope = current_scope()
    context = copy_context()

    def inside() -> Iterator[T]:
        with _entered(scope):
            yield from produce()

    def outside() -> Iterator[T]:
        steps = inside()
        try:
            while True:
                try:
                    item = context.run(next, steps)
                except StopIteration:
                    return
                yield item
        finally:
            context.run(steps.close)  # type: ignore[attr-defined]

    return outside()
