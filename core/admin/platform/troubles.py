"""Failures of hooks, written down for the operators: which module, which question, how often, where it broke."""

from __future__ import annotations

import datetime as dt
import logging
import time

from sqlalchemy import delete, select

from core.base import clock
from core.base.engine import Database
from core.base.scope import PLATFORM, tenant_scope
from core.base.session import begin_write, session
from core.plugin import troubles
from core.service import Context, service

from .models import PluginTrouble

log = logging.getLogger("juheli.plugin")
EVERY = 10.0                      # seconds between two writings of one process: a hook may fail with every page

KEPT = dt.timedelta(days=30)
_last = [-EVERY]


def keep_troubles(database: Database) -> int:
    """Add what failed in this process to the day's row, after a request, in a transaction of its own; how many were new.

    Never raises: the answer has gone out, and what cannot be written down now stands in the log already.
    """
    if not troubles.waiting() or time.monotonic() - _last[0] < EVERY:
        return 0
    _last[0] = time.monotonic()
    taken = troubles.take()
    try:
        _add(database, taken)
    except Exception:
        log.warning("%s kinds of failures of hooks were not written down", len(taken), exc_info=True)
    return sum(each.count for each in taken)


def _add(database: Database, taken: list[troubles.Trouble]) -> None:
    with database.use(), tenant_scope(PLATFORM):
        begin_write()
        for each in taken:
            of_today = select(PluginTrouble).where(PluginTrouble.module == each.module, PluginTrouble.hook == each.hook[:40],
                                                   PluginTrouble.day == clock.today())
            row = session().scalars(of_today).one_or_none()
            if row is None:
                row = PluginTrouble(module=each.module, hook=each.hook[:40], day=clock.today(), count=0)
                session().add(row)
            row.count, row.place, row.last_at = row.count + each.count, each.place, clock.now()
        session().execute(delete(PluginTrouble).where(PluginTrouble.tenant_id == PLATFORM,
                                                      PluginTrouble.day < clock.today() - KEPT))
        session().commit()


@service("tenancy.tenant.offer", writes=False)
def recent_troubles(ctx: Context, module: str = "") -> list[PluginTrouble]:
    """Of the last 30 days, the latest first."""
    wanted = select(PluginTrouble).order_by(PluginTrouble.last_at.desc()).limit(200)
    return list(session().scalars(wanted.where(PluginTrouble.module == module) if module else wanted).all())
