"""Forms that were posted: what makes a double click, a reload or a lost answer harmless."""

from __future__ import annotations

from core.base.db import (
    Base,
    BigInteger,
    Index,
    Mapped,
    String,
    TenantScoped,
    UniqueConstraint,
    keys,
    mapped_column,
)


class Once(TenantScoped, Base):
    """One posted form. The row commits together with what the form did; `location` is the answer, added
    after."""

    __tablename__ = "web_once"
    __table_args__ = keys(
        UniqueConstraint("tenant_id", "actor_id", "key"), Index(None, "tenant_id", "created_at")
    )

    actor_id: Mapped[int] = mapped_column(BigInteger)
    key: Mapped[str] = mapped_column(String(40))
    fingerprint: Mapped[str] = mapped_column(String(64))
    location: Mapped[str] = mapped_column(String(1000), default="")
