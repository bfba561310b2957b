"""When what we stand on gives way: the database restarts, is too busy, the disk is full, the client's line breaks.

None of it is a bug of the page, so none is a 500: a sentence, when to try again, and nothing saved by halves (the unit of
work was rolled back). The page is drawn without the database.
"""

from __future__ import annotations

import errno
import sys
from typing import Any

from flask import g
from gunicorn.http.errors import ParseException
from sqlalchemy.exc import DBAPIError, InterfaceError, PendingRollbackError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from core.base.i18n import _

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
        kind = _of_driver(error.orig)
        return kind or (AWAY if isinstance(error, InterfaceError) or error.connection_invalidated else "")
    return _of_driver(error)  # what is said at BEGIN goes to the driver itself


def _of_driver(error: BaseException | None) -> str:
    """What a driver's own error means. Told by name: PostgreSQL's driver need not be installed."""
    said, names = str(error).lower(), {f"{c.__module__.split('.')[0]}.{c.__name__}" for c in type(error).__mro__}
    if "disk is full" in said or getattr(error, "sqlstate", None) in _PG_FULL:
        return FULL
    if "sqlite3.OperationalError" in names:
        return AWAY if any(word in said for word in _SQLITE_AWAY) else ""
    return AWAY if names & {"psycopg.OperationalError", "psycopg.InterfaceError"} else ""


def without_database() -> None:
    """From here on the page is drawn as for a visitor outside any tenant."""
    for name in ("ctx", "signed_in", "shell"):
        g.pop(name, None)
    g.ctx = None



def plain_answer(start_response: Any) -> list[bytes]:
    """503 when even the page or the end of the request broke. What was saved is saved: the form may be sent again."""
    text = str(_("这次操作没有完成，请过几秒再试。没有看到成功提示的内容，请核对后再提交。")).encode()
    headers = [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(text))), ("Retry-After", RETRY_AFTER),
               ("Cache-Control", "no-store")]
    start_response("503 Service Unavailable", headers, sys.exc_info())
    return [text]
