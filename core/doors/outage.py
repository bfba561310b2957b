"""When what we stand on gives way: the database restarts, is too busy, the disk is full, the client's line breaks.

None of it is a bug of the page, so none is a 500: a sentence, when to try again, and nothing saved by halves (the unit of
work was rolled back). The page is drawn without the database.
"""

from __future__ import annotations

import errno

from flask import g
from gunicorn.http.errors import ParseException
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, PendingRollbackError
from sqlalchemy.exc import TimeoutError as PoolTimeout

FULL, AWAY, LINE = "full", "away", "line"
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_SQLITE_AWAY = ("locked", "disk i/o error", "unable to open", "interrupted")
_PG_FULL = ("53100", "53200")  # disk_full, out_of_memory
RETRY_AFTER = "3"


def kind_of_outage(error: BaseException) -> str:
    """full | away | line, or "" for an ordinary error."""
    if isinstance(error, ParseException | ConnectionError | TimeoutError):
        return LINE
    if isinstance(error, OSError):
        return FULL if error.errno in _NO_ROOM else ""
    if isinstance(error, PoolTimeout | PendingRollbackError):  # the latter: asked again after a guard swallowed the break
        return AWAY
    if isinstance(error, DBAPIError):
        return _of_database(error)
    return ""


def _of_database(error: DBAPIError) -> str:
    said, state = str(error.orig).lower(), getattr(error.orig, "sqlstate", None)
    if "disk is full" in said or state in _PG_FULL:
        return FULL
    if type(error.orig).__module__.startswith("sqlite3"):
        return AWAY if any(word in said for word in _SQLITE_AWAY) else ""
    away = isinstance(error, OperationalError | InterfaceError) or error.connection_invalidated
    return AWAY if away else ""


def without_database() -> None:
    """From here on the page is drawn as for a visitor outside any tenant."""
    for name in ("ctx", "signed_in", "shell"):
        g.pop(name, None)
    g.ctx = None

