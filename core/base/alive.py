"""Whether a connection of the pool still lives: asked where it lay unused for a while, not where it was given back a moment ago.

A restarted server then costs one reconnect, not one error for each connection; and a busy process does not ask the server
before each transaction what it was told by the one before. A server that comes back within the while costs one error: the
first that meets it ends all connections of the pool.
"""

from __future__ import annotations

import time
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlalchemy.exc import InvalidatePoolError

WHILE = 0.5                     # seconds; no PostgreSQL restarts faster
RETURNED = "juheli_returned"


def install(engine: Engine) -> None:
    """Ask connections of this engine that rested. A new connection is not asked."""
    dialect: Any = engine.dialect

    @event.listens_for(engine, "checkin")
    def _given_back(_dbapi: Any, record: Any) -> None:
        record.info[RETURNED] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def _taken(dbapi: Any, record: Any, _proxy: Any) -> None:
        returned = record.info.get(RETURNED)
        if returned is None or time.monotonic() - returned < WHILE:
            return
        try:
            dialect.do_ping(dbapi)
        except dialect.loaded_dbapi.Error as error:
            if not dialect.is_disconnect(error, dbapi, None):
                raise
            raise InvalidatePoolError from error
