"""Nightly upkeep of what the floors below keep for a while."""

from __future__ import annotations

from typing import Any

from core.base.session import begin_write, session
from core.events import outbox
from core.jobs.queue import DAILY, forget_finished, job
from core.service import Context
from core.web import once


@job("admin.tidy", every=DAILY)
def tidy(ctx: Context, running: Any) -> dict[str, int]:
    """Drop keys of forms posted more than a day ago and jobs done a month ago; deliver what was parked in the very moment
    its module was switched on.
    """
    begin_write()
    woken = outbox.wake_up(ctx.working)
    session().commit()
    return {"forms": once.forget_old(), "jobs": forget_finished(), "woken": woken}
