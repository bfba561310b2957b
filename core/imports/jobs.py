"""The jobs of an import, and the daily clearing of what was uploaded."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from sqlalchemy import select

from core.base.i18n import use_locale
from core.base.session import session
from core.contracts.errors import Forbidden, PluginArchived
from core.imports import batches, checking, undoing, writing
from core.imports.ending import end
from core.imports.models import CHECKING, DISCARDED, PREVIEWED, UPLOADED, ImportBatch
from core.jobs.queue import DAILY, job
from core.rules import rule
from core.service import Context, service, system_context

Step = Callable[[Context, Any, int], dict[str, int]]


@job("imports.check", retries=2, unowned=end)
def check(ctx: Context, running: Any, batch_id: int) -> dict[str, int]:
    return _done(checking.run, ctx, running, batch_id)


@job("imports.write", retries=5, unowned=end)
def write(ctx: Context, running: Any, batch_id: int) -> dict[str, int]:
    return _done(writing.run, ctx, running, batch_id)


@job("imports.undo", retries=5, unowned=end)
def undo(ctx: Context, running: Any, batch_id: int) -> dict[str, int]:
    return _done(undoing.run, ctx, running, batch_id)


def _done(step: Step, ctx: Context, running: Any, batch_id: int) -> dict[str, int]:
    """One step of a batch; whoever lost the right to it while it waited may not even see the batch to end it, nor may
    anybody once its module is switched off."""
    with use_locale(ctx.locale):
        try:
            kind = session().scalar(select(ImportBatch.kind).where(ImportBatch.id == batch_id))
            batches.refuse_when_off(ctx, kind or "")
            return step(ctx, running, batch_id)
        except (Forbidden, PluginArchived):
            end(system_context(ctx.tenant, frozenset([*ctx.enabled]), "system"), running, batch_id)
            return {}


@job("imports.tidy", every=DAILY)
def tidy(ctx: Context, _running: Any) -> dict[str, int]:
    return {"batches": forget_old(ctx)}


@service(None, action="imports.batch.expire")
def forget_old(ctx: Context) -> int:
    """Delete files, rows and layouts older than the rule allows; the batch keeps who, when and how many."""
    oldest = ctx.now() - dt.timedelta(days=rule("imports.keep_days").value)
    query = select(ImportBatch).where(ImportBatch.created_at < oldest, ImportBatch.layout.is_not(None))
    expired = session().scalars(query).all()
    for batch in expired:
        batches.forget_file(batch.id)
        batches.forget_rows(batch.id)
        batch.layout = None
        if batch.state in (UPLOADED, CHECKING, PREVIEWED):
            batch.state = DISCARDED
        ctx.audit("import", batch.id, name=batch.file_name)
    return len(expired)
