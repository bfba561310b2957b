"""What operators do with a tenant as a whole: archive it, restore it beside, compare, let the copy take its place."""

from __future__ import annotations

import contextlib
import datetime as dt
from pathlib import Path
from typing import Any

from sqlalchemy import select, update

from core.base.i18n import _
from core.base.keyring import TenantRing, keyring
from core.base.origins import Origin
from core.base.scope import current_scope, system_scope, tenant_scope
from core.base.session import begin_write, session
from core.contracts.errors import Conflict, Invalid
from core.jobs.models import Job
from core.jobs.queue import enqueue
from core.rules import rule
from core.service import Context, service, system_context
from core.tenancy.lookup import by_address, by_id
from core.tenancy.models import ACTIVE, ARRIVING, LEAVING, SUSPENDED, Tenant

from . import shelf
from .archive.arrival import Arrived, arrive, discard
from .archive.format import Manifest
from .archive.opening import opened
from .archive.writing import Tell, closed_keys, silent, write_archive
from .difference import compare_tenants
from .removal import being_removed, target

KEEP = "tenancy.tenant.keep"


# ---------------------------------------------------------------- archives
def check_passphrase(passphrase: str, again: str | None = None) -> None:
    """Raises Invalid when it is too short or was typed differently the second time."""
    shortest = rule("custody.passphrase_length").value
    if len(passphrase) < shortest:
        raise Invalid({"passphrase": [_("口令至少 %(n)s 个字符。它无法找回，请妥善保管。", n=shortest)]})
    if again is not None and again != passphrase:
        raise Invalid({"again": [_("两次输入的口令不一样。")]})


def make_archive(ctx: Context, slug: str, path: Path | None = None, *, passphrase: str = "", tell: Tell = silent) -> Manifest:
    """Write a tenant's archive (default: on the shelf) and note it in both audit chains. Raises NotFound, Conflict."""
    ctx.require(KEEP)
    row = _whole(slug)
    keys = closed_keys(row.id, passphrase) if passphrase else None
    manifest = write_archive(row.id, path or shelf.new_path(slug), keys=keys, by=ctx.actor.label, tell=tell)
    record_archive(ctx, row.id, row.name, rows=manifest.rows, files=manifest.files.count, passphrase=bool(passphrase))
    tell_tenant(ctx, row.id, act="archived", rows=manifest.rows, files=manifest.files.count)
    return manifest


def _whole(slug: str) -> Tenant:
    row = target(slug)
    if row.status in (ARRIVING, LEAVING):
        raise Conflict(_("这个单位正在导入或注销，暂不能存档。"))
    return row


@service(KEEP, action="custody.archive.make")
def record_archive(ctx: Context, tenant_id: int, name: str, **detail: Any) -> None:
    ctx.audit("tenant", tenant_id, name, **detail)


@service("tenancy.tenant.keep", action="custody.act")
def _note(ctx: Context, **detail: Any) -> None:
    ctx.audit("tenant", ctx.tenant.id, ctx.tenant.name, **detail)


def tell_tenant(ctx: Context, tenant_id: int, **detail: Any) -> None:
    """Write what was done with its data into the tenant's own chain, so that its auditor sees it."""
    found = by_id(tenant_id)
    assert found
    with tenant_scope(tenant_id):
        _note(system_context(found[0], (), ctx.actor.label, via="platform"), **detail)


# ---------------------------------------------------------------- bringing in
def bring_in(ctx: Context, path: Path, *, passphrase: str | None = None, slug: str = "", tell: Tell = silent) -> Arrived:
    """A tenant from another installation, under its own number. It arrives suspended: look at it, then resume it."""
    ctx.require("tenancy.tenant.create")
    came = arrive(path, passphrase=passphrase, slug=slug, status=SUSPENDED, tell=tell)
    record_arrival(ctx, came.tenant_id, came.name, slug=came.slug, rows=sum(came.rows.values()), files=came.files,
                   **({"withheld": list(came.withheld)} if came.withheld else {}))
    tell_tenant(ctx, came.tenant_id, act="arrived", rows=sum(came.rows.values()))
    return came


@service("tenancy.tenant.create", action="custody.arrival")
def record_arrival(ctx: Context, tenant_id: int, name: str, **detail: Any) -> None:
    ctx.audit("tenant", tenant_id, name, **detail)


def restore_beside(ctx: Context, slug: str, path: Path, *, passphrase: str | None = None, keys: Origin | None = None,
                   tell: Tell = silent) -> Arrived:
    """Restore an archive of a tenant beside the live one: a suspended copy for comparison. Raises Invalid, NotFound."""
    ctx.require(KEEP)
    live = _whole(slug)
    with opened(path) as archive:
        if archive.manifest.origin != (live.origin_id or live.id):
            raise Invalid({"archive": [_("这个数据包是另一个单位（%(name)s）的。", name=archive.manifest.tenant.get("name"))]})
    _clear_half_copies(live.id)
    ring: TenantRing | None = keyring().reopen(keys) if keys else None
    name = _stamped(f"{live.slug[:24]}-copy", ctx.now())
    came = arrive(path, passphrase=passphrase, ring=ring, slug=name, copy_of=live.id, status=SUSPENDED, tell=tell)
    record_copy(ctx, came.tenant_id, came.name, slug=came.slug, copy_of=live.slug, rows=sum(came.rows.values()))
    return came


def _stamped(stem: str, now: dt.datetime) -> str:
    """A short name with the second (UTC) at its end; the next free second where two are made within one."""
    while True:
        name = f"{stem}{now.astimezone(dt.UTC):%y%m%d%H%M%S}"
        if by_address(slug=name) is None:
            return name
        now += dt.timedelta(seconds=1)


def _clear_half_copies(tenant_id: int) -> None:
    """What a killed restore left goes before the next one begins; one that is under way stays."""
    with system_scope("custody: half copies"):
        half = session().scalars(select(Tenant.id).where(Tenant.copy_of == tenant_id, Tenant.status == ARRIVING)).all()
    for copy_id in half:
        with contextlib.suppress(Conflict):
            discard(copy_id)


@service(KEEP, action="custody.copy.make")
def record_copy(ctx: Context, tenant_id: int, name: str, **detail: Any) -> None:
    ctx.audit("tenant", tenant_id, name, **detail)


# ---------------------------------------------------------------- comparing, taking the place
@service(KEEP, writes=False)
def copies(ctx: Context, tenant_id: int) -> list[Tenant]:
    """Restored copies of a tenant, newest first."""
    with system_scope("custody: copies of a tenant"):
        found = session().scalars(select(Tenant).where(Tenant.copy_of == tenant_id).order_by(Tenant.id.desc())).all()
        return list(found)


def a_copy(slug: str) -> tuple[Tenant, Tenant]:
    """A finished copy and its live tenant. Raises NotFound, Conflict."""
    copy = target(slug)
    if copy.copy_of is None or copy.status in (ARRIVING, LEAVING):
        raise Conflict(_("“%(slug)s”不是可以使用的副本。", slug=slug))
    with system_scope("custody: the live tenant of a copy"):
        live = session().scalars(select(Tenant).where(Tenant.id == copy.copy_of)).one()
    return copy, live


def compare(ctx: Context, slug: str) -> list[dict[str, Any]]:
    """Differences between the live tenant and its copy, per table; numbers only."""
    ctx.require(KEEP)
    copy, live = a_copy(slug)
    return [table.as_json() for table in compare_tenants(live.id, copy.id)]


def take_place(ctx: Context, slug: str) -> str:
    """The copy becomes the tenant: address, host name and streets below move to it; what was live stays, suspended, under
    another short name, which is returned. Signed-in people sign in again. Raises Conflict.

    The audit is told first: a process killed in between leaves a word without a deed, never a deed without a word.
    """
    ctx.require(KEEP)
    copy, live = a_copy(slug)
    if being_removed(live.id):
        raise Conflict(_("这个单位正在办理注销，不能换上副本；请先撤回注销。"))
    before = _stamped(f"{live.slug[:24]}-old", ctx.now())
    record_place(ctx, copy.id, copy.name, slug=live.slug, before=before)
    for tenant_id in (copy.id, live.id):
        tell_tenant(ctx, tenant_id, act="takes_place", slug=live.slug, before=before)
    _put_in_place(copy.id, live.id, slug, before)
    return before


def _put_in_place(copy_id: int, live_id: int, slug: str, before: str) -> None:
    with system_scope("custody: a copy takes the place of the live tenant"):
        begin_write()
        both = select(Tenant).where(Tenant.id.in_((live_id, copy_id))).order_by(Tenant.id).with_for_update()
        rows = {row.id: row for row in session().scalars(both.execution_options(populate_existing=True))}
        old, new = rows.get(live_id), rows.get(copy_id)
        if old is None or new is None or new.copy_of != old.id or new.status == ARRIVING or LEAVING in (old.status, new.status):
            raise Conflict(_("“%(slug)s”不是可以使用的副本。", slug=slug))        # another operator was faster
        address, host = old.slug, old.host
        old.slug, old.host, old.status, old.status_reason = before, None, SUSPENDED, _("已由恢复的副本代替")
        session().flush()
        new.slug, new.host, new.status, new.parent_id, new.copy_of = address, host, ACTIVE, old.parent_id, None
        session().execute(update(Tenant).where(Tenant.parent_id == old.id).values(parent_id=new.id)
                          .execution_options(synchronize_session=False))
        session().commit()


@service(KEEP, action="custody.copy.take_place")
def record_place(ctx: Context, tenant_id: int, name: str, **detail: Any) -> None:
    ctx.audit("tenant", tenant_id, name, **detail)


def drop_copy(ctx: Context, slug: str) -> None:
    """Take a restored copy away. Raises Conflict for anything that is no copy."""
    ctx.require(KEEP)
    copy, _live = a_copy(slug)
    record_drop(ctx, copy.id, copy.name, slug=slug)
    with system_scope("custody: a copy goes"):
        begin_write()
        session().execute(update(Tenant).where(Tenant.id == copy.id, Tenant.copy_of.is_not(None)).values(status=ARRIVING)
                          .execution_options(synchronize_session=False))
        session().commit()
    discard(copy.id)


@service(KEEP, action="custody.copy.drop")
def record_drop(ctx: Context, tenant_id: int, name: str, **detail: Any) -> None:
    ctx.audit("tenant", tenant_id, name, **detail)


# ---------------------------------------------------------------- as jobs
@service(KEEP, action="custody.job")
def queue(ctx: Context, name: str, slug: str, **payload: Any) -> Job:
    """Have it done by a job of the platform; the page of the tenant shows how far it is."""
    queued = enqueue(name, {"slug": slug, **payload}, actor_id=ctx.actor.id)
    session().flush()
    ctx.audit("tenant", None, slug, job=name)
    return queued


def queue_restore(ctx: Context, slug: str, *, archive: str, passphrase: str | None = None) -> Job:
    """Have an archive of the shelf restored beside. The passphrase is tried at once and never queued: the keys it opens
    are closed under this installation's own. Raises NotFound, Invalid."""
    with opened(shelf.path_of(archive)) as held:
        kept = keyring().keep(held.ring(passphrase))
    return queue(ctx, "custody.restore", slug, archive=archive, keys=[kept.tenant_id, [list(p) for p in kept.keys.items()]])


@service(KEEP, writes=False)
def recent_jobs(ctx: Context, slugs: frozenset[str]) -> list[Job]:
    """The last ten jobs of the platform about one of these tenants."""
    mine = select(Job).where(Job.tenant_id == current_scope().tenant_id, Job.name.startswith("custody."))
    found = session().scalars(mine.order_by(Job.id.desc()).limit(100)).all()
    return [job for job in found if job.payload.get("slug") in slugs][:10]
