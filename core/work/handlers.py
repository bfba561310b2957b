"""What work offers modules on lower floors."""

from __future__ import annotations

from typing import Any

from core.contracts.capabilities import WorkflowRuns
from core.events.outbox import provides
from core.service import Context

from .engine import start_many


@provides(WorkflowRuns)
class Runs:
    """Enters records into declared workflows."""

    def start_many(self, ctx: Context, workflow: str, records: list[Any]) -> None:
        start_many(ctx, ctx.plugins.workflows[workflow], records)
