"""Pages outside any tenant."""

from __future__ import annotations

from flask import current_app

from core.web.pages import ANYONE, Pages

pages = Pages("health", __name__, audience="process", prefix="")


@pages.get("/healthz", needs=ANYONE)
def healthz() -> tuple[str, int, dict[str, str]]:
    """The process answers. No database: a load balancer must not restart a host because the database is slow."""
    return "ok\n", 200, {"Content-Type": "text/plain; charset=utf-8", "Cache-Control": "no-store"}


@pages.get("/readyz", needs=ANYONE)
def readyz() -> tuple[str, int, dict[str, str]]:
    """The process can serve: the database answers and its walls stand."""
    problems = current_app.extensions["juheli.database"].check_walls()
    text = "\n".join(problems) or "ready"
    return text + "\n", 503 if problems else 200, {"Content-Type": "text/plain; charset=utf-8", "Cache-Control": "no-store"}
