"""Statements of lists that nobody narrowed, made once for all who read the same rows and columns in the same order.

Making them and telling which compiled text is theirs takes longer than sending them. What anybody chose or typed is in none of
them: values of the reader's own are his subtrees alone, and those are part of the key.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import Select

from core.base.session import AGAIN
from core.service import Context

if TYPE_CHECKING:
    from .state import State

T = TypeVar("T")
MOST = 1024                     # some 5 KB each
_made: dict[Hashable, Any] = {}


def plain(state: State, ctx: Context) -> Hashable | None:
    """All that the statements of a list are made from; None where more than its declaration and the reader's subtrees goes
    into them: a filter, a search, an indicator, or what a declaration asks the context for.
    """
    ledger = state.ledger
    asks = callable(ledger.rows) or any(callable(column.key) for column in state.columns)
    if asks or state.narrowed or any(column.choices is not None and column.order is None for column, _down in state.order):
        return None
    order = tuple((column.name, down) for column, down in state.order)
    return (ledger, tuple(column.name for column in state.columns), order, ctx.subtrees(ledger.permission),
            ctx.left(ledger.name))


def statement(plain: Hashable | None, what: str, make: Callable[[], Select[Any]]) -> Select[Any]:
    """What `make` answers, kept under the key that `plain` gave; a key of None keeps nothing."""
    return make() if plain is None else once((what, plain), lambda: make().execution_options(**AGAIN))


def once(key: Hashable, make: Callable[[], T]) -> T:
    """What `make` answers, which follows from the key alone. Whoever gets it changes nothing in it."""
    found: T | None = _made.get(key)
    if found is None:
        if len(_made) >= MOST:
            _made.clear()
        found = _made[key] = make()
    return found
