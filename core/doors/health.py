"""What machines ask: does it live, can it serve, how does it fare. Outside any tenant."""

from __future__ import annotations

import threading
import time

from flask import abort, current_app, request

from core.base.cache import cache
from core.base.crypto import same
from core.base.engine import Database
from core.base.traces import kind_of
from core.web.pages import ANYONE, Pages

from .meters import meters

pages = Pages("health", __name__, audience="process", prefix="")
Answer = tuple[str, int, dict[str, str]]
REMEMBERED = 5.0  # seconds a good answer of the database counts: probes come from several sides
_good_until: dict[int, float] = {}
_one_check = threading.Lock()


def _plain(text: str, status: int = 200) -> Answer:
    return text + "\n", status, {"Content-Type": "text/plain; charset=utf-8", "Cache-Control": "no-store"}


def _trusted() -> bool:
    """Whether the monitoring asks: it knows the token (JUHELI_METRICS_TOKEN). Nobody does where none is set."""
    token = current_app.extensions["juheli.config"].metrics_token
    sent = request.headers.get("Authorization", "").removeprefix("Bearer ")
    return bool(token) and same(sent, token)


@pages.get("/healthz", needs=ANYONE)
def healthz() -> Answer:
    """The process answers. No database: a load balancer must not restart a host because the database is slow."""
    return _plain("ok")


@pages.get("/readyz", needs=ANYONE)
def readyz() -> Answer:
    """The process can serve: the database answers and its walls stand. Redis is not needed to serve.

    What is wrong is told to the monitoring only; others learn that something is.
    """
    database = current_app.extensions["juheli.database"]
    with _one_check:                        # probes that come while one is under way wait for its answer
        problems = _problems(database)
    if problems:
        return _plain("\n".join(problems) if _trusted() else "not ready", 503)
    return _plain(f"ready\nredis: {cache().state}" if _trusted() else "ready")


def _problems(database: Database) -> list[str]:
    """Why not to serve, asked of the database at most every five seconds."""
    if _good_until.get(id(database), 0) > time.monotonic():
        return []
    try:
        problems = database.why_not_serve() if database.has_tables() else ["no tables yet: juheli migrate"]
    except Exception as error:
        return [f"the database does not answer: {kind_of(error)}"]
    if not problems:
        _good_until[id(database)] = time.monotonic() + REMEMBERED
    return problems


@pages.get("/metrics", needs=ANYONE)
def metrics() -> tuple[bytes, int, dict[str, str]]:
    """Figures for Prometheus, for who knows the token; for all others there is no such page."""
    if not _trusted():
        abort(404)
    text = meters().text(current_app.extensions["juheli.database"])
    return text, 200, {"Content-Type": "text/plain; version=0.0.4; charset=utf-8", "Cache-Control": "no-store"}
