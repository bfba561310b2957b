"""Asking for a probe, and keeping its report."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import select

from core.base.session import session
from core.files import storage
from core.files.models import StoredFile
from core.files.services import keep_file
from core.jobs.models import QUEUED, RUNNING, Job
from core.jobs.queue import enqueue
from core.service import Context, service
from core.tenancy.lookup import all_tenants
from core.tenancy.models import ACTIVE, PLATFORM

from .prove import Proof
from .report import as_page

JOB, KIND = "isolation.prove", "isolation.report"
READ, RUN = "isolation.proof.read", "isolation.proof.run"


@service(RUN)
def ask(ctx: Context, slug: str = "") -> Job:
    """Queue a probe: of the own tenant, or of any for an operator. One that waits or runs already is enough."""
    waiting = select(Job).where(Job.name == JOB, Job.status.in_((QUEUED, RUNNING)))
    chosen = slug if ctx.tenant.id == PLATFORM else ctx.tenant.slug
    ctx.audit("isolation", None, chosen)
    return session().scalars(waiting).first() or enqueue(JOB, {"slug": chosen}, actor_id=ctx.actor.id)


@service(RUN, action="isolation.proof.keep")
def keep(ctx: Context, proof: Proof) -> StoredFile:
    """Store the report where those who may read it find it."""
    page = as_page(proof)
    stored = storage.store(lambda path: _write(path, page))
    name = f"isolation-{proof.slug}-{proof.began_at:%Y%m%d-%H%M}.html"
    return keep_file(ctx, stored, kind=KIND, name=name, media="text/html", permission=READ)


def _write(path: Path, page: str) -> None:
    path.write_text(page, encoding="utf-8")


@service(READ, writes=False)
def overview(ctx: Context) -> dict[str, object]:
    """The reports, newest first, whether one is under way, and for operators the tenants to choose from."""
    reports = select(StoredFile).where(StoredFile.kind == KIND).order_by(StoredFile.created_at.desc()).limit(20)
    running = select(Job.id).where(Job.name == JOB, Job.status.in_((QUEUED, RUNNING))).limit(1)
    found = list(session().scalars(reports)), session().scalar(running) is not None
    tenants = [(t.slug, t.name) for t in all_tenants() if t.status == ACTIVE] if ctx.tenant.id == PLATFORM else []
    return {"reports": found[0], "running": found[1], "tenants": tenants}
