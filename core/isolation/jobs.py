"""The probe as a job; it needs the application itself, which says where it is when it is built."""

from __future__ import annotations

from typing import Any
from weakref import WeakKeyDictionary

from flask import Flask
from sqlalchemy.engine import Engine

from core.base.engine import Database
from core.jobs.queue import job
from core.service import Context
from core.tenancy.models import PLATFORM

from . import services
from .prove import prove

_houses: WeakKeyDictionary[Engine, Flask] = WeakKeyDictionary()


def live_in(app: Flask, database: Database) -> None:
    """This application serves this database (create_app says so)."""
    _houses[database.engine] = app


@job(services.JOB, retries=0)
def prove_job(ctx: Context, running: Any, slug: str) -> dict[str, Any]:
    """Probe a tenant and keep the report in the tenant that asked."""
    if ctx.tenant.id != PLATFORM and slug != ctx.tenant.slug:
        raise LookupError(slug)                 # only operators ask about another tenant
    running.tell(5)
    proof = prove(_houses[running.database.engine], running.database, ctx.plugins, slug)
    file = services.keep(ctx, proof)
    return {"file": file.id, "cases": proof.total, "findings": len(proof.findings)}
