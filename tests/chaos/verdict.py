"""Acknowledged ⊆ stored, nothing twice, nothing half: asked of the database past the product's own code."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from sqlalchemy import select

from core.audit.log import verify
from core.audit.models import AuditEntry
from core.base.session import session
from core.people.models import OrgUnit

from .client import Ledger
from .stack import TENANTS, Stack


@dataclass
class Total:
    """Over all rounds of a run: the faults made, the forms acknowledged, how long each took, and what was wrong."""

    faults: Counter[str] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    lost: int = 0
    doubled: int = 0
    half: int = 0

    def figures(self) -> str:
        """ "0 of n" proves no more than 3/n at 95 % (rule of three)."""
        count, times = len(self.seconds), sorted(self.seconds) or [0.0]
        faults = ", ".join(f"{n} {name}" for name, n in self.faults.items())
        return (f"{faults}; {count} acknowledged, lost {self.lost}, twice {self.doubled}, half {self.half} "
                f"(0 of them: at most {300 / max(count, 1):.4f} % at 95 %), p99 {times[int(len(times) * 0.99)]:.2f} s, "
                f"longest {times[-1]:.1f} s")


TOTAL = Total()


def judge(stack: Stack, ledger: Ledger, what: str, count: int = 1) -> None:
    """Print the figures and assert the ledger. `what`, so often, was done meanwhile."""
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
    TOTAL.faults[what] += count
    TOTAL.seconds += ledger.seconds
    TOTAL.lost, TOTAL.doubled, TOTAL.half = TOTAL.lost + lost, TOTAL.doubled + doubled, TOTAL.half + half
    print(f"\nCHAOS {count} × {what}: {ledger.figures()}; stored {stored}, lost {lost}, twice {doubled}, half {half}, "
          f"given up {len(ledger.given_up)}")
    assert (lost, doubled, half) == (0, 0, 0)
    wrong = [outcome for outcome in ledger.outcomes if outcome in ("500", "404", "403")]
    assert wrong == [], "\n".join(line for process in stack.processes for line in process.said().splitlines()
                                  if ("juheli.web" in line or "gunicorn.error" in line) and '"level": "error"' in line)[-4000:]
