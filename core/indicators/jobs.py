"""The daily figures."""

from __future__ import annotations

from typing import Any

from core.jobs.queue import DAILY, job
from core.service import Context

from .history import keep_today


@job("indicators.keep", every=DAILY)
def keep(ctx: Context, running: Any) -> dict[str, int]:
    """One row per indicator and place."""
    return {"rows": keep_today(ctx)}
