"""Publishing events and finding capabilities.

A handler is a function in a module's `handlers.py` marked with `@handles(EventType)`; it runs in a job of its own, with
the tenant in scope, and must be idempotent. A capability is offered by `@provides(Protocol)` on a class there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

from core.base.session import begin_write, session
from core.contracts.events import Event
from core.jobs.parking import call_for, park, parked
from core.jobs.queue import enqueue, job, on_behalf_of
from core.plugin import Plugins

T = TypeVar("T")
DELIVER = "events.deliver"
WasOn = Callable[[str], bool]
Teller = Callable[[Sequence[Event], Plugins, frozenset[str]], None]
_was_on: list[WasOn] = []
outside: list[Teller] = []  # told of everything, in the transaction of the change: those who tell it outside (core.webhooks)
_as_one: ContextVar[bool] = ContextVar("juheli_told_as_one", default=False)
wakers: list[Callable[[frozenset[str]], int]] = []  # called when modules come on, beside `wake_up`


def handles(event: type[Event]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Mark `fn(ctx, event)` as a consumer of `event`."""

    def mark(fn: Callable[..., None]) -> Callable[..., None]:
        fn.handles = event  # type: ignore[attr-defined]
        return fn

    return mark


def provides(protocol: type) -> Callable[[type[T]], type[T]]:
    """Mark a class (made without arguments) as the module's answer to `protocol`."""

    def mark(cls: type[T]) -> type[T]:
        cls.provides = protocol  # type: ignore[attr-defined]
        return cls

    return mark


def consumers(event: type[Event], plugins: Plugins) -> list[tuple[str, Callable[..., None]]]:
    """(module, function) of every handler of `event` among the installed modules."""
    return [(owner.name, fn) for owner in plugins.by_name.values() if (module := owner.file("handlers"))
            for fn in vars(module).values() if getattr(fn, "handles", None) is event]


def tells_who_was_on(answer: WasOn) -> WasOn:
    """Register the function that tells whether the tenant in scope ever had a module on (core.tenancy, a floor above)."""
    _was_on[:] = [answer]
    return answer


@contextmanager
def told_as_one() -> Iterator[None]:
    """What happens inside is one piece of work (an import): outside it is told by an event of its own, published after the
    block, and not step by step. Consumers inside the house still get every event.
    """
    token = _as_one.set(True)
    try:
        yield
    finally:
        _as_one.reset(token)


def publish(events: Sequence[Event], plugins: Plugins, enabled: frozenset[str], actor_id: int | None) -> None:
    """One job per event and consuming module, in the running transaction: queued if it is on for the tenant, parked if it
    was once.

    What happened is told whatever becomes of the access token it happened with: these jobs do not depend on it.
    """
    with on_behalf_of(None):
        for event in events:
            _publish(event, plugins, enabled, actor_id)
        for tell in () if _as_one.get() else outside:
            tell(events, plugins, enabled)


def _publish(event: Event, plugins: Plugins, enabled: frozenset[str], actor_id: int | None) -> None:
    for owner, fn in consumers(type(event), plugins):
        letter = {"event": type(event).__name__, "data": event.payload(), "consumer": owner, "handler": fn.__name__}
        if owner in plugins.core or owner in enabled:
            enqueue(DELIVER, letter, actor_id=actor_id)
        elif any(was_on(owner) for was_on in _was_on):
            park(DELIVER, letter, actor_id=actor_id)


def wake_up(consumers: frozenset[str]) -> int:
    """Queue the events parked for these modules, in the running transaction; how many there were."""
    return call_for(DELIVER, lambda letter: letter["consumer"] in consumers) + sum(wake(consumers) for wake in wakers)


def parked_for(consumer: str) -> int:
    """How many events wait for a module of the tenant in scope to be switched on again."""
    return len(parked(DELIVER, lambda letter: letter["consumer"] == consumer))


def deliver(ctx: Any, running: Any, event: str, data: dict[str, Any], consumer: str, handler: str) -> dict[str, Any]:
    """Run one handler. If its module was switched off meanwhile the event is parked until it is on again."""
    if not ctx.plugins.active(f"{consumer}.{handler}", ctx.working):
        begin_write()
        park(DELIVER, {"event": event, "data": data, "consumer": consumer, "handler": handler}, actor_id=ctx.actor.id)
        session().commit()
        return {"parked": True}
    fn = getattr(ctx.plugins.by_name[consumer].file("handlers"), handler)
    fn(ctx, fn.handles(**data))
    return {}


job(DELIVER, retries=5, unowned=deliver)(deliver)  # what happened is told, whoever is gone since


def capability(protocol: type[T], plugins: Plugins, enabled: frozenset[str]) -> T | None:
    """The answer of the enabled module that provides `protocol`, or None."""
    for owner in plugins.by_name.values():
        if (owner.core or owner.name in enabled) and (module := owner.file("handlers")):
            for cls in vars(module).values():
                if isinstance(cls, type) and getattr(cls, "provides", None) is protocol:
                    return cls()
    return None
