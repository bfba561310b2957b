"""Checks of what the service knows: schema, walls and roles, jobs, audit chains, tenants half there, backups."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from sqlalchemy import func, select

from core.audit.log import verify
from core.audit.models import AuditEntry, AuditHead
from core.base import clock
from core.base.scope import PLATFORM, system_scope, tenant_scope
from core.base.session import session
from core.files import storage
from core.files.models import StoredFile
from core.jobs.dead import queue_state
from core.jobs.models import RUNNING, Job
from core.migrations.upgrade import pending
from core.tenancy.everywhere import complaints
from core.tenancy.models import ARRIVING, LEAVING, Tenant
from core.tenancy.upgrading import behind

from ..backup.manifest import backups
from .findings import Finding, Patient, bad, ok, rule_of, warn

STUCK = dt.timedelta(minutes=10)
LONG_WAIT = 15 * 60
WALKED = 2000


def schema(patient: Patient) -> Iterator[Finding]:
    """The database has this version's tables."""
    if not patient.database.has_tables():
        yield bad("schema", "the database is empty", "juheli migrate")
    elif late := pending(patient.database, patient.plugins):
        yield bad("schema", f"migrations are pending for {', '.join(late)}", "juheli backup, then juheli migrate")
    else:
        yield ok("schema", "up to date")


def walls(patient: Patient) -> Iterator[Finding]:
    """The walls between tenants stand, and the role that serves cannot take them down."""
    problems = patient.database.why_not_serve()
    for problem in problems[:10]:
        do = "serve as a role that owns nothing: juheli db roles" if "role" in problem else "juheli migrate builds them again"
        yield bad("walls", problem, do)
    if not problems:
        yield ok("walls", "the walls between tenants stand")


def plugins(patient: Patient) -> Iterator[Finding]:
    """Whatever tenants keep data of is installed, and stands there at the installed version."""
    problems = complaints(patient.plugins)
    for problem in problems:
        yield bad("plugins", problem, "pip install the distribution again; juheli plugin check")
    if late := behind(patient.plugins):
        yield warn("plugins", f"{len(late)} plugins of tenants stand at another version than the one installed",
                   "juheli plugin upgrade --all")
    if not problems and not late:
        yield ok("plugins", "all that tenants keep data of are installed, at the version they stand at")


def jobs(patient: Patient) -> Iterator[Finding]:
    """Somebody works, nothing hangs, nothing was given up."""
    state = queue_state()
    with system_scope("doctor: jobs whose worker disappeared"):
        stuck = session().scalar(select(func.count()).select_from(Job).where(
            Job.status == RUNNING, Job.lease_until < clock.now() - STUCK)) or 0
    if stuck:
        yield bad("jobs", f"{stuck} jobs are held by a worker that disappeared more than 10 minutes ago",
                  "start a worker (juheli worker, or the service with JUHELI_JOBS=embedded): it takes them over")
    if state.oldest > LONG_WAIT:
        yield bad("jobs", f"{state.waiting} jobs wait, the first for {state.oldest / 60:.0f} minutes: nobody works",
                  "start a worker (juheli worker), or more threads")
    if state.dead:
        yield warn("jobs", f"{state.dead} jobs were given up",
                   "see the jobs in the operators' pages: mend the cause, then retry or drop them")
    if not (stuck or state.dead or state.oldest > LONG_WAIT):
        yield ok("jobs", f"{state.waiting} waiting, {state.running} running")


def audit(patient: Patient) -> Iterator[Finding]:
    """No audit chain is broken; chains of more than 2,000 rows are walked with --deep only."""
    broken, rows = [], 0
    for tenant in _tenants():
        with tenant_scope(tenant.id):
            length = session().scalar(select(AuditHead.seq)) or 0
            if patient.deep or length <= WALKED:
                verdict = verify()
                rows += verdict.rows
                if verdict.bad_seq is not None:
                    broken.append(f"{tenant.slug}: row {verdict.bad_seq} {verdict.reason}")
            elif length != session().scalar(select(func.count()).select_from(AuditEntry)):
                broken.append(f"{tenant.slug}: rows are missing")
    for each in broken:
        yield bad("audit", f"the audit chain is broken: {each}",
                  "keep the database as it is, restore the last backup beside and compare; find out who could write to it")
    if not broken:
        more = "" if patient.deep else "; of chains with more than 2,000 rows only the number (--deep: all)"
        yield ok("audit", f"{rows:,} rows verified{more}")


def _tenants() -> list[Tenant]:
    with system_scope("doctor: all tenants"):
        return list(session().scalars(select(Tenant).order_by(Tenant.id)).all())


def tenants(patient: Patient) -> Iterator[Finding]:
    """No tenant is half there."""
    half = [tenant for tenant in _tenants() if tenant.status in (ARRIVING, LEAVING)]
    for tenant in half:
        if tenant.status == ARRIVING:
            yield bad("tenants", f"the import of {tenant.slug} did not finish; nobody can open it",
                      "juheli tenant import the same archive again (or juheli tenant discard)")
        else:
            yield warn("tenants", f"{tenant.slug} is being deleted", "the hourly job goes on by itself; is a worker running?")
    if not half:
        yield ok("tenants", f"{sum(1 for tenant in _tenants() if tenant.id != PLATFORM)} tenants")


def files(patient: Patient) -> Iterator[Finding]:
    """With --deep: every registered file is there in its size."""
    if not patient.deep:
        return
    missing, seen = 0, 0
    for tenant in _tenants():
        with tenant_scope(tenant.id):
            for key, size in session().execute(select(StoredFile.key, StoredFile.size)):
                path = storage.path_of(key)
                seen += 1
                missing += not path.is_file() or path.stat().st_size != size
    if missing:
        yield bad("files", f"{missing} of {seen} files are missing or have another size",
                  "restore the files from the last backup")
    else:
        yield ok("files", f"{seen} files are there")


def backup(patient: Patient) -> Iterator[Finding]:
    """The latest backup is young enough, and not on the same disk only by accident."""
    found = backups(patient.config.backup_folder)
    if not found:
        yield bad("backup", f"no backup in {patient.config.backup_folder}", "juheli backup (every night: docs/operations.md)")
        return
    path, made = found[-1]
    hours = (clock.now() - made.moment).total_seconds() / 3600
    if hours > rule_of("custody.backup_too_old_hours"):
        yield bad("backup", f"the latest backup is {hours:.0f} hours old: {path.name}", "juheli backup; is its timer running?")
    else:
        yield ok("backup", f"{path.name}, {hours:.0f} hours old; {len(found)} kept")
