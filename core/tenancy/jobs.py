"""Upkeep of the installation, done by the platform's own tenant."""

from __future__ import annotations

from typing import Any

from core.base.engine import current_database
from core.base.session import session
from core.jobs.queue import HOURLY, job
from core.service import Context


@job("tenancy.statistics", every=HOURLY, platform_only=True)
def statistics(ctx: Context, running: Any) -> dict[str, Any]:
    """Keep the planner informed; what was imported this morning is found by index this afternoon."""
    session().rollback()
    current_database().refresh_statistics()
    return {"refreshed": True}
