"""What happens every day without being asked."""

from __future__ import annotations

from typing import Any

from core.jobs.queue import DAILY, job
from core.service import Context

from .services.following import settle_year


@job("training.daily", every=DAILY)
def daily(ctx: Context, running: Any) -> dict[str, int]:
    """Duties follow posts, places and rules; a balance that already fits is left alone."""
    return {"changed": settle_year(ctx, ctx.today().year)}
