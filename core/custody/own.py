"""A tenant's admin takes all of the tenant's data along: one archive, under a passphrase only the admin knows.

Possible while the tenant is read-only too: that is when it is needed most.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import select

from core.accounts.services.prove import prove_password
from core.accounts.services.standing import still_open
from core.base.i18n import _
from core.base.session import session
from core.contracts.errors import Conflict, Invalid, NotFound
from core.files import storage
from core.files.models import StoredFile
from core.files.services import keep_file
from core.jobs.models import FAILED, QUEUED, RUNNING, Job
from core.jobs.queue import enqueue
from core.notify.wording import tell
from core.rules import rule
from core.service import Context, service
from core.tenancy.models import ARCHIVED, DISABLED, PluginState

from .archive.format import Manifest
from .archive.writing import Tell, closed_keys, write_archive
from .notices import READY
from .operators import check_passphrase

ASK = "custody.archive.ask"
JOB = "custody.own_archive"
KIND = "custody.archive"


def ask_archive(ctx: Context, *, password: str, passphrase: str, again: str, plugin: str = "") -> Job:
    """Have the archive made, of everything or of one plugin's data. Raises NotFound, Invalid (password, passphrase), Conflict
    while one is being made.
    """
    ctx.require(ASK)
    if plugin and plugin not in ctx.plugins.optional:
        raise NotFound(plugin)
    check_passphrase(passphrase, again)
    if passphrase == password:
        raise Invalid({"passphrase": [_("口令不要与登录密码相同：数据包会离开本平台。")]})
    ctx = still_open(ctx)
    prove_password(ctx, password, "password")
    return _queue(ctx, closed_keys(ctx.tenant.id, passphrase), plugin)


@service(ASK, action="custody.archive.ask")
def _queue(ctx: Context, keys: dict[str, Any], plugin: str = "") -> Job:
    """The passphrase itself never reaches the queue: the keys are closed under it already."""
    if session().scalar(select(Job.id).where(Job.name == JOB, Job.status.in_((QUEUED, RUNNING))).limit(1)):
        raise Conflict(_("数据包正在生成，请稍候。"))
    queued = enqueue(JOB, {"keys": keys, "plugin": plugin}, actor_id=ctx.actor.id)
    session().flush()
    ctx.audit("tenant", ctx.tenant.id, ctx.tenant.name, job=queued.id, plugin=plugin)
    return queued


def make_own(ctx: Context, keys: dict[str, Any], tell: Tell, plugin: str = "") -> dict[str, Any]:
    """Write the archive, register it as the actor's file and ring the bell."""
    ctx.require(ASK)
    made: list[Manifest] = []
    began = ctx.now()
    stored = storage.store(lambda path: made.append(
        write_archive(ctx.tenant.id, path, keys=keys, by=ctx.actor.label, tell=tell, only=plugin)))
    session().rollback()
    try:
        file = _keep(still_open(ctx), stored, made[0], plugin, began)
    except BaseException:
        storage.remove(stored.key)
        raise
    return {"file_id": file.id, "rows": made[0].rows, "files": made[0].files.count}


@service(ASK, action="custody.archive.make")
def _keep(ctx: Context, stored: storage.Stored, manifest: Manifest, plugin: str, began: dt.datetime) -> StoredFile:
    days = rule("custody.archive_days").value
    name = "-".join(filter(None, (ctx.tenant.slug, plugin, f"{ctx.today():%Y%m%d}.zip")))
    file = keep_file(ctx, stored, kind=KIND, name=name, media="application/zip",
                     expires_at=ctx.now() + dt.timedelta(days=days))
    if ctx.actor.id is not None:
        tell(ctx, READY, [ctx.actor.id], "/custody/")
    ctx.audit("tenant", ctx.tenant.id, ctx.tenant.name, rows=manifest.rows, files=manifest.files.count,
              sha256=stored.sha256, plugin=plugin)
    if plugin:
        note_taken_along(ctx, plugin, began)
    return file


def note_taken_along(ctx: Context, plugin: str, began: dt.datetime) -> None:
    """Inside a unit of work: the data of a plugin that rests was taken out. Counts when it rested before that began."""
    state = session().scalars(select(PluginState).where(PluginState.plugin == plugin)).one_or_none()
    if state is not None and state.state in (DISABLED, ARCHIVED) and began >= state.since:
        state.exported_at = began


@service(ASK, writes=False)
def own_archives(ctx: Context) -> tuple[list[StoredFile], Job | None]:
    """The actor's archives that can still be downloaded, and the latest job when it is not done yet."""
    files = session().scalars(select(StoredFile).where(
        StoredFile.kind == KIND, StoredFile.owner_id == ctx.actor.id, StoredFile.expires_at > ctx.now())
        .order_by(StoredFile.id.desc())).all()
    job = session().scalars(select(Job).where(Job.name == JOB).order_by(Job.id.desc()).limit(1)).one_or_none()
    return list(files), job if job is not None and job.status in (QUEUED, RUNNING, FAILED) else None
