"""Daily tidying."""

from __future__ import annotations

from typing import Any

from core.jobs.queue import DAILY, job
from core.service import Context

from .notices import drop_old


@job("notify.tidy", every=DAILY)
def tidy(ctx: Context, running: Any) -> dict[str, Any]:
    """Drop notices read long ago."""
    return {"dropped": drop_old(ctx)}
