"""Acknowledged ⊆ stored, nothing twice, nothing half: asked of the database past the product's own code."""

from __future__ import annotations

from sqlalchemy import select

from core.audit.log import verify
from core.audit.models import AuditEntry
from core.base.session import session
from core.people.models import OrgUnit

from .client import Ledger
from .stack import TENANTS, Stack


def judge(stack: Stack, ledger: Ledger, what: str) -> None:
    """Print the figures and assert the ledger."""
    lost, doubled, half, stored = 0, 0, 0, 0
    for slug in TENANTS:
        with stack.world.inside(slug):
            rows = session().execute(select(OrgUnit.id, OrgUnit.short_name).where(OrgUnit.parent_id.is_not(None))).all()
            told = set(session().scalars(select(AuditEntry.subject_id).where(AuditEntry.kind == "org_unit")))
            verdict = verify()
        names = [row.short_name for row in rows]
        acknowledged = ledger.acknowledged.get(slug, set())
        lost += len(acknowledged - set(names))
        doubled += len(names) - len(set(names))
        half += len({row.id for row in rows} - told)
        stored += len(names)
        assert verdict.bad_seq is None, f"audit chain of {slug}: row {verdict.bad_seq} {verdict.reason}"
    print(f"\nCHAOS {what}: {ledger.figures()}; stored {stored}, lost {lost}, twice {doubled}, half {half}, "
          f"given up {len(ledger.given_up)}")
    assert (lost, doubled, half) == (0, 0, 0)
    wrong = [outcome for outcome in ledger.outcomes if outcome in ("500", "404", "403")]
    assert wrong == [], "\n".join(line for process in stack.processes for line in process.said().splitlines()
                                  if ("juheli.web" in line or "gunicorn.error" in line) and '"level": "error"' in line)[-4000:]
