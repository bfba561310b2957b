"""The register of stored files."""

from __future__ import annotations

import datetime as dt

from core.base.db import (
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


class StoredFile(TenantScoped, Base):
    """One file. `key` is its place under the tenant's folder; `name` is what the reader sees.

    `permission` lets others than the owner read it; "" keeps it the owner's alone. After `expires_at` it is gone.
    """

    __tablename__ = "files_file"
    __table_args__ = keys(
        UniqueConstraint("tenant_id", "key"), Index(None, "tenant_id", "owner_id"), Index(None, "tenant_id", "expires_at")
    )

    kind: Mapped[str] = mapped_column(String(40))
    key: Mapped[str] = mapped_column(String(80))
    name: Mapped[str] = mapped_column(String(160))
    media: Mapped[str] = mapped_column(String(100), default="application/octet-stream")
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(String(64))
    owner_id: Mapped[int | None] = mapped_column(BigInteger)
    owner_name: Mapped[str] = mapped_column(String(80), default="")
    permission: Mapped[str] = mapped_column(String(80), default="")
    expires_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
