"""Verification of the tenant's audit chain as a service."""

from __future__ import annotations

from core.audit.log import Verdict, verify
from core.service import Context, service


@service("admin.audit.verify", writes=False)
def verify_chain(ctx: Context) -> Verdict:
    """Rows read and the first bad row, if any."""
    return verify()
