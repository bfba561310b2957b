"""One log line per request: who (by id), where, how long, how many statements. The address and what was typed are not in it:
the route's pattern stands for the path, and the query string, which may hold a name somebody searched for, is left out.
"""

from __future__ import annotations

import logging
import re
import secrets
import time
from typing import Any

from flask import Flask, current_app, g, request
from werkzeug.wrappers import Response

from core.base.tally import Tally, tallied

log = logging.getLogger("juheli.request")
NUMBER = re.compile(r"[A-Za-z0-9-]{8,64}")


def install(app: Flask) -> None:
    """Measure every request of the app. Call it before anything else adds hooks: first to begin, last to end."""
    app.before_request(_begin)
    app.after_request(_end)
    app.teardown_request(_leave)
    logging.getLogger("juheli").setLevel(logging.INFO)


def request_id() -> str:
    """The number the proxy gave this request (only behind one, and only if it looks like one), else a new one."""
    given = request.headers.get("X-Request-ID", "") if current_app.extensions["juheli.config"].proxies else ""
    return given if NUMBER.fullmatch(given) else secrets.token_hex(8)


def _begin() -> None:
    g.request_id, g.began = request_id(), time.perf_counter()
    g.tallied = tallied(request.endpoint or "")
    g.tally = g.tallied.__enter__()


def _end(response: Response) -> Response:
    if "began" in g:
        response.headers["X-Request-ID"] = g.request_id
        if request.endpoint != "static":
            log.info("request", extra=_line(response))
    return response


def _line(response: Response) -> dict[str, Any]:
    ctx, tally = g.get("ctx"), g.get("tally") or Tally()
    return {
        "request_id": g.request_id, "tenant": ctx.tenant.slug if ctx else None, "tenant_id": ctx.tenant.id if ctx else None,
        "actor_id": ctx.actor.id if ctx else None, "method": request.method, "endpoint": request.endpoint,
        "route": request.url_rule.rule if request.url_rule else None, "status": response.status_code,
        "ms": round((time.perf_counter() - g.began) * 1000, 1), "queries": tally.queries, "db_ms": round(tally.ms, 1),
    }


def _leave(_error: BaseException | None) -> None:
    counting = g.pop("tallied", None)
    if counting is not None:
        counting.__exit__(None, None, None)
