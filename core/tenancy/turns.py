"""One after the other within a tenant."""

from __future__ import annotations

from sqlalchemy import select

from core.base.session import session

from .models import Tenant


def wait_for_turn(tenant_id: int) -> None:
    """Hold the tenant's own row until the running transaction ends: whoever else asks waits for that.

    For what two transactions would both count or look up before either has written. SQLite has one writer anyway.
    """
    session().execute(select(Tenant.id).where(Tenant.id == tenant_id).with_for_update(key_share=True))
