"""Periodic work on files."""

from __future__ import annotations

from typing import Any

from core.jobs.queue import DAILY, job
from core.service import Context

from . import services


@job("files.clear", every=DAILY)
def clear(ctx: Context, running: Any) -> dict[str, int]:
    """Take away what has expired."""
    return {"removed": services.clear_expired(ctx)}
