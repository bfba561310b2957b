"""Delivering, and the nightly tidying."""

from __future__ import annotations

from typing import Any

from core.jobs.queue import DAILY, job
from core.service import Context

from . import outgoing, sending
from .keeping import tidy_up


@job(outgoing.DELIVER)
def deliver(ctx: Context, running: Any, delivery_id: int, module: str = "") -> dict[str, Any]:
    """One delivery; `module`: the one it was parked for."""
    return sending.deliver(ctx, delivery_id)


@job("webhooks.tidy", every=DAILY)
def tidy(ctx: Context, running: Any) -> dict[str, Any]:
    """Old rows, ended secrets, and deliveries whose job was lost."""
    return tidy_up(ctx)
