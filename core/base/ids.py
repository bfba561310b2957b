"""Identifiers made by the application: 53-bit integers (exact in JavaScript) that grow with time.

Layout: 41 bits of milliseconds since 2024 (until 2093), 4 bits of counter, 8 bits that name the process.
Within one process ids never repeat and always grow; a bulk request borrows milliseconds from the future.
Two processes collide only with equal process bits, in the same millisecond, tenant and table; the primary key
then refuses the second row.
"""

from __future__ import annotations

import os
import secrets
import threading
import time

_EPOCH_MS = 1_704_067_200_000  # 2024-01-01T00:00:00Z
_PROCESS_BITS = 8
_COUNTER_BITS = 4
_lock = threading.Lock()
_last = 0
_process = 0


def _name_this_process() -> None:
    """Neighbouring pids differ for certain (five bits), a restart under the same pid most likely (three)."""
    global _process
    _process = (os.getpid() & 31) << 3 | secrets.randbelow(8)


_name_this_process()
os.register_at_fork(after_in_child=_name_this_process)


def new_ids(count: int) -> list[int]:
    """`count` ids in growing order. Raises ValueError for a negative count."""
    global _last
    if count < 0:
        raise ValueError("count must not be negative")
    with _lock:
        tick = int(time.time() * 1000) - _EPOCH_MS << _COUNTER_BITS
        first = max(tick, _last + 1)
        if count:
            _last = first + count - 1
    return [(tick << _PROCESS_BITS) | _process for tick in range(first, first + count)]


def new_id() -> int:
    """One id, greater than every id this process made before."""
    return new_ids(1)[0]
