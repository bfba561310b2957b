"""What a process remembers of a tenant from one request to the next, exact to the last committed change.

Each entry names the stamps it was made under. The stamps are read from the database with every request (with the tenant's
own row, core.tenancy.lookup) and change in the transaction of the change itself (core.access.revision), so a worker that
saw nothing of the change finds its entry outdated at the next request. Nothing is remembered from a session that writes,
nor where nobody read the stamps (jobs, commands). An entry ends after two minutes in any case: changes made past the ORM
session go unnoticed for no longer.

What is made of records names their tables (`tables`): a notice that was read does not outdate the total of the roster. Each
module's tables are one of sixteen groups with a stamp of its own, which modules may share.
"""

from __future__ import annotations

import sys
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from threading import Lock
from typing import Any, TypeVar
from weakref import WeakKeyDictionary
from zlib import crc32

from core.base.scope import current_scope
from core.base.session import FencedSession, session

T = TypeVar("T")
Topic = str | tuple[int, ...]       # a name of Stamps, or groups of tables
GROUPS = 16
SECONDS = 120.0
MOST = 20_000
LONG = 12
STAMPS = "juheli_stamps"


@dataclass(frozen=True, slots=True)
class Stamps:
    """What changed last. access: who may do what; settings: rules, lists, views, units; records: anything at all; groups:
    the records of each group of tables.
    """

    access: int = 0
    settings: int = 0
    records: int = 0
    groups: tuple[int, ...] = (0,) * GROUPS

    def of(self, topic: Topic) -> Hashable:
        return getattr(self, topic) if isinstance(topic, str) else tuple(self.groups[number] for number in topic)


def group_of(table: str) -> int:
    """The number of its group: that of the module whose name it begins with."""
    return crc32(table.partition("_")[0].encode()) % GROUPS


def tables(*names: str) -> Topic:
    """The topic of what is made of the records of these tables."""
    return tuple(sorted({group_of(name) for name in names})) or "records"


class Alike:
    """The first of equal values stands for all of them, so that they lie in memory once; at most `most`, then it begins anew."""

    def __init__(self, most: int = 2000) -> None:
        self._most, self._first = most, dict[Any, Any]()

    def one(self, value: T, key: Hashable = None) -> T:
        """`key`: what equal values have in common, where they cannot be compared themselves."""
        if len(self._first) > self._most:
            self._first.clear()
        found: T = self._first.setdefault(value if key is None else key, value)
        return found


class Store:
    """Entries of one database, the one used longest ago goes first: when there are more than `most`, or when their values
    are larger than `room` bytes together (None: nobody weighs them)."""

    def __init__(self, most: int = MOST, room: int | None = None) -> None:
        self._lock, self._most, self._room, self._filled = Lock(), most, room, 0
        self._kept: OrderedDict[Hashable, tuple[Hashable, float, Any]] = OrderedDict()

    def get(self, place: Hashable, stamp: Hashable) -> tuple[Any] | None:
        """The value in a tuple, or None."""
        with self._lock:
            found = self._kept.get(place)
            if found is not None and found[1] < time.monotonic():
                self._drop(place)
                found = None
            if found is None or found[0] != stamp:
                return None
            self._kept.move_to_end(place)
            return (found[2],)

    def put(self, place: Hashable, stamp: Hashable, value: Any) -> None:
        with self._lock:
            now = time.monotonic()
            self._drop(place)
            self._kept[place] = (stamp, now + SECONDS, value)
            self._filled += self._weight(value)
            while self._kept and (self._full() or next(iter(self._kept.values()))[1] < now):
                self._drop(next(iter(self._kept)))

    def _full(self) -> bool:
        return len(self._kept) > self._most or (self._room is not None and self._filled > self._room)

    def _weight(self, value: Any) -> int:
        return 0 if self._room is None else sys.getsizeof(value)

    def _drop(self, place: Hashable) -> None:
        gone = self._kept.pop(place, None)
        self._filled -= self._weight(gone[2]) if gone else 0


_shapes = Alike()
_stores: WeakKeyDictionary[Any, Store] = WeakKeyDictionary()  # by engine
_making = Lock()


def _store() -> Store:
    engine = session().get_bind()
    found = _stores.get(engine)
    if found is None:
        with _making:
            found = _stores.setdefault(engine, Store())
    return found


def use_stamps(stamps: Stamps) -> None:
    """Remember for the session in scope; `stamps` were read before its first statement."""
    session().info[STAMPS] = stamps


def forget_stamps(current: FencedSession) -> None:
    """The session reads everything itself from now on."""
    current.info.pop(STAMPS, None)


def recall(topic: Topic, key: Hashable) -> Any:
    """What was kept under the stamp of `topic` that the session in scope goes by; None when there is nothing (any more)."""
    place = _place(topic, key)
    found = _store().get(*place) if place else None
    return found[0] if found else None


def keep(topic: Topic, key: Hashable, value: Any) -> None:
    """Keep a value the session in scope has read, if it goes by stamps and has written nothing."""
    if place := _place(topic, _alike(key)):
        _store().put(*place, value)


def _alike(key: Hashable) -> Hashable:
    """The key with its long parts (the shape of a statement: tens of kilobytes) shared by all tenants and readers."""
    if not isinstance(key, tuple):
        return key
    return tuple(_shapes.one(part) if isinstance(part, tuple) and len(part) > LONG else part for part in key)


def _place(topic: Topic, key: Hashable) -> tuple[Hashable, Hashable] | None:
    """(where an entry stands, its stamp); None for a session that must read itself."""
    current = session()
    stamps = current.info.get(STAMPS)
    if stamps is None or current.work.writing or current.work.changed:
        return None
    scope = current_scope()
    return (scope.tenant_id, scope.subtrees, scope.out, topic, key), stamps.of(topic)


def remembered(topic: Topic, key: Hashable, make: Callable[[], T]) -> T:
    """What `make` answers, remembered until `topic` (a name of Stamps, or `tables(…)`) changes in the tenant in scope.

    `key` says all that the answer depends on besides the tenant, the subtrees in force, what lies out and the rows of the
    topic: the account, the day, the language. The answer is shared by threads: nothing in it may be changed, belong to a
    session, or be None.
    """
    found: T | None = recall(topic, key)
    if found is None:
        found = make()
        keep(topic, key, found)
    return found
