"""What takes longer than a page may: archives, restores, comparisons, removals. Progress is told to the page."""

from __future__ import annotations

import logging
from typing import Any

from core.base.i18n import use_locale
from core.base.origins import Origin
from core.base.session import session
from core.contracts.errors import JuheliError
from core.jobs.queue import DAILY, HOURLY, job
from core.rules import rule
from core.service import Context

from . import operators, own, removal, shelf
from .carrying_out import carry_out

log = logging.getLogger("juheli.custody")


@job(own.JOB, retries=1, while_read_only=True)
def own_archive(ctx: Context, running: Any, keys: dict[str, Any], plugin: str = "") -> dict[str, Any]:
    """The archive a tenant's admin asked for."""
    with use_locale(ctx.locale):
        return own.make_own(ctx, keys, running.tell, plugin)


@job("custody.archive", retries=1, platform_only=True)
def archive(ctx: Context, running: Any, slug: str) -> dict[str, Any]:
    """An archive on the server's shelf."""
    with use_locale(ctx.locale):
        manifest = operators.make_archive(ctx, slug, tell=running.tell)
    return {"rows": manifest.rows, "files": manifest.files.count}


@job("custody.restore", retries=0, platform_only=True)
def restore(ctx: Context, running: Any, slug: str, archive: str, keys: list[Any] | None = None) -> dict[str, Any]:
    """A copy beside the live tenant, then the difference between the two."""
    brought = Origin(int(keys[0]), dict(keys[1])) if keys else None
    with use_locale(ctx.locale):
        came = operators.restore_beside(ctx, slug, shelf.path_of(archive), keys=brought, tell=running.tell)
        tables = operators.compare(ctx, came.slug)
    return {"copy": came.slug, "tables": tables}


@job("custody.compare", retries=0, platform_only=True)
def compare(ctx: Context, running: Any, slug: str, copy: str) -> dict[str, Any]:
    """The difference between a tenant and its copy as they are now."""
    return {"copy": copy, "tables": operators.compare(ctx, copy)}


@job("custody.removals", every=HOURLY, platform_only=True)
def removals(ctx: Context, running: Any) -> dict[str, Any]:
    """Carry out removals whose waiting time is over."""
    done = 0
    stuck: Exception | None = None
    for removal_id in removal.due(ctx):
        session().rollback()
        try:
            carry_out(ctx, removal_id, running.tell)
            done += 1
        except Exception as error:                      # one that is stuck keeps nobody else waiting
            log.warning("removal %s is stuck", removal_id, exc_info=not isinstance(error, JuheliError))
            stuck = error
    if stuck is not None:
        raise stuck
    return {"removed": done}


@job("custody.shelf", every=DAILY, platform_only=True)
def tidy_shelf(ctx: Context, running: Any) -> dict[str, Any]:
    """Drop archives that were kept long enough."""
    return {"dropped": shelf.clear(rule("custody.shelf_days").value)}
