"""Removals of tenants, and of a plugin's data in one: rows of the platform (tenant 0) that outlive what they are about."""

from __future__ import annotations

import datetime as dt
from typing import Any

from core.base.db import (
    JSON,
    Base,
    BigInteger,
    Index,
    Mapped,
    String,
    TenantScoped,
    UniqueConstraint,
    UTCDateTime,
    keys,
    mapped_column,
)

ASKED, CONFIRMED, RUNNING, DONE, WITHDRAWN = "asked", "confirmed", "running", "done", "withdrawn"
OPEN = (ASKED, CONFIRMED, RUNNING)


class Removal(TenantScoped, Base):
    """One removal: asked for by one operator, confirmed by another, carried out after the waiting time.

    `plugin`: only what the tenant has of this plugin goes ("": all of the tenant). `target_id` is the tenant's number;
    `open_of` repeats it while the removal is under way (one at a time) and is NULL afterwards. `counted` holds what
    the tenant had when the deletion began, `certificate` what was proved at its end.
    """

    __tablename__ = "custody_removal"
    __table_args__ = keys(UniqueConstraint("tenant_id", "open_of"), Index(None, "tenant_id", "target_id"),
                          Index(None, "tenant_id", "state", "due_at"))

    target_id: Mapped[int] = mapped_column(BigInteger)
    open_of: Mapped[int | None] = mapped_column(BigInteger)
    slug: Mapped[str] = mapped_column(String(40))
    plugin: Mapped[str] = mapped_column(String(24), default="")
    name: Mapped[str] = mapped_column(String(80))
    state: Mapped[str] = mapped_column(String(10), default=ASKED)
    reason: Mapped[str] = mapped_column(String(300))
    status_before: Mapped[str] = mapped_column(String(10))
    asked_by: Mapped[int] = mapped_column(BigInteger)
    asked_name: Mapped[str] = mapped_column(String(80))
    asked_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    confirmed_by: Mapped[int | None] = mapped_column(BigInteger)
    confirmed_name: Mapped[str] = mapped_column(String(80), default="")
    confirmed_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    due_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    withdrawn_name: Mapped[str] = mapped_column(String(80), default="")
    counted: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    certificate: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    finished_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
