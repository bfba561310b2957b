"""Tables of the audit chain."""

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


class AuditEntry(TenantScoped, Base):
    """One act. `seq` counts without gaps inside the tenant; `hash` covers the row and the previous row's hash."""

    __tablename__ = "audit_entry"
    __table_args__ = keys(
        UniqueConstraint("tenant_id", "seq"),
        Index(None, "tenant_id", "kind", "subject_id"),
        Index(None, "tenant_id", "actor_id"),
    )

    seq: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    action: Mapped[str] = mapped_column(String(80))
    actor_kind: Mapped[str] = mapped_column(String(12))
    actor_id: Mapped[int | None] = mapped_column(BigInteger)
    actor_name: Mapped[str] = mapped_column(String(80))
    via: Mapped[str] = mapped_column(String(12))
    address: Mapped[str] = mapped_column(String(64))
    request_id: Mapped[str] = mapped_column(String(40))
    kind: Mapped[str] = mapped_column(String(60))
    subject_id: Mapped[int | None] = mapped_column(BigInteger)
    subject_name: Mapped[str] = mapped_column(String(160))
    detail: Mapped[dict[str, Any]] = mapped_column(JSON)
    previous: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class AuditHead(TenantScoped, Base):
    """Last number and hash of the tenant's chain; its row is the mutex of the chain (id is always 1)."""

    __tablename__ = "audit_head"
    __table_args__ = keys()

    seq: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[str] = mapped_column(String(64))
