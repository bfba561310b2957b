"""Nightly upkeep of what the floors below keep for a while."""

from __future__ import annotations

from typing import Any

from core.jobs.queue import DAILY, forget_finished, job
from core.service import Context
from core.web import once


@job("admin.tidy", every=DAILY)
def tidy(ctx: Context, running: Any) -> dict[str, int]:
    """Drop keys of forms posted more than a day ago and jobs done a month ago."""
    return {"forms": once.forget_old(), "jobs": forget_finished()}
