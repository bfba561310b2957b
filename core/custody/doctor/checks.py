"""All checks, in the order somebody would look."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from core.base.traces import trace_text

from . import machine, service
from .findings import BAD, OK, WARN, Finding, Patient, bad

Check = Callable[[Patient], Iterator[Finding]]
FIRST: tuple[Check, ...] = (machine.folders, machine.disk, machine.assets, machine.redis, machine.restores, service.schema)
NEEDS_SCHEMA: tuple[Check, ...] = (
    machine.key, machine.time, service.walls, service.tenants, service.plugins, service.jobs, service.audit, service.files,
    service.backup)

__all__ = ["BAD", "OK", "WARN", "Finding", "Patient", "examine"]


def examine(patient: Patient) -> list[Finding]:
    """Run every check; what needs tables is left out while there are none. Never raises."""
    found: list[Finding] = []
    for check in FIRST:
        found += _run(check, patient)
    if not any(finding.check == "schema" and finding.level == BAD for finding in found):
        for check in NEEDS_SCHEMA:
            found += _run(check, patient)
    return found


def _run(check: Check, patient: Patient) -> list[Finding]:
    try:
        with patient.database.use():
            return list(check(patient))
    except Exception as error:
        last = trace_text(error).splitlines()[0][:200]
        return [bad(check.__name__, f"could not be looked at: {last}", "is the database running? see the service's log")]
