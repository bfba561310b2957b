"""What happens every day without being asked: rounds of checks open, units whose term runs out are marked."""

from __future__ import annotations

from typing import Any

from core.jobs.queue import DAILY, job
from core.service import Context

from .services.checks import open_rounds
from .services.terms import mark_ending_terms


@job("people.daily", every=DAILY)
def daily(ctx: Context, job: Any) -> dict[str, int]:
    """Open due rounds and mark ending terms; both do nothing when run again."""
    return {"rounds": open_rounds(ctx), "terms": mark_ending_terms(ctx)}
