"""Daily work of the engine in each tenant."""

from __future__ import annotations

import logging
from typing import Any

from core.base.session import session
from core.jobs.queue import DAILY, job
from core.service import Context

from .clockwork import make_timed_steps
from .drafts import drop_old
from .handover import release_left
from .rounds import make_round

log = logging.getLogger("juheli.work")


@job("work.time_steps", every=DAILY)
def time_steps(ctx: Context, running: Any) -> dict[str, Any]:
    """Make the steps that time makes. A workflow that fails is logged and does not hold up the others."""
    moved, failed = {}, []
    for workflow in ctx.plugins.workflows.values():
        for step in workflow.timed() if ctx.plugins.active(workflow.name, ctx.working) else ():
            name = f"{workflow.name}.{step.name}"
            try:
                moved[name] = make_timed_steps(ctx, workflow, step)
            except Exception:
                session().rollback()
                log.exception("time step %s failed", name)
                failed.append(name)
    return {"moved": {name: count for name, count in moved.items() if count}, "failed": failed}


@job("work.reminders", every=DAILY)
def reminders(ctx: Context, running: Any) -> dict[str, Any]:
    """Open the items that came due and close those whose ground is gone, reminder by reminder."""
    done, failed = {}, []
    for reminder in ctx.plugins.reminders.values():
        if not ctx.plugins.active(reminder.name, ctx.working):
            continue
        try:
            done[reminder.name] = make_round(ctx, reminder)
        except Exception:
            session().rollback()
            log.exception("reminder %s failed", reminder.name)
            failed.append(reminder.name)
    return {"opened_closed": {name: counts for name, counts in done.items() if any(counts)}, "failed": failed}


@job("work.tidy", every=DAILY)
def tidy(ctx: Context, running: Any) -> dict[str, Any]:
    """Drop the drafts nobody came back to; give back to all what stands with somebody who may not do it any more."""
    return {"drafts": drop_old(ctx), "released": release_left(ctx)}
