"""What statements answered, remembered until a table they read was written to."""

from __future__ import annotations

import re
from collections.abc import Hashable
from typing import Any

from sqlalchemy import Row, Select

from core.base.engine import current_database
from core.base.memo import Topic, remembered, tables
from core.base.session import session

from .revision import QUIET

MOST_SHAPES = 4096
_read: dict[Hashable, Topic | None] = {}


def answer(statement: Select[Any]) -> list[Row[Any]]:
    """The rows of a statement, remembered until one of its tables changes: for totals and figures, columns only."""
    key: Any = statement._generate_cache_key()
    topic = None if key is None else read_by(key.key, statement)
    if topic is None:
        return list(session().execute(statement))
    values = tuple(_hashable(bind.effective_value) for bind in key.bindparams)
    return remembered(topic, ("access.answer", key.key, values), lambda: list(session().execute(statement)))


def read_by(shape: Hashable, statement: Select[Any]) -> Topic | None:
    """The tables a statement reads as a topic; None when not every write to them is heard of. Told once for all of its shape."""
    if shape not in _read:
        if len(_read) > MOST_SHAPES:
            _read.clear()
        known = current_database().metadata.tables
        named = {word for word in re.findall(r"\w+", str(statement)) if word in known}
        _read[shape] = None if named & QUIET else tables(*named)
    return _read[shape]


def _hashable(value: Any) -> Hashable:
    return tuple(value) if isinstance(value, list | set) else value
