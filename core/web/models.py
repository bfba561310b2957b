"""Forms that were posted and requests of programs: what makes a double click, a reload or a lost answer harmless."""

from __future__ import annotations

from core.base.db import (
    Base,
    BigInteger,
    Index,
    Integer,
    Mapped,
    String,
    TenantScoped,
    Text,
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


class Replay(TenantScoped, Base):
    """One request of the API with an Idempotency-Key, per access token; `status` 0: not answered yet."""

    __tablename__ = "web_replay"
    __table_args__ = keys(
        UniqueConstraint("tenant_id", "token_id", "key"), Index(None, "tenant_id", "created_at")
    )

    token_id: Mapped[int] = mapped_column(BigInteger)
    key: Mapped[str] = mapped_column(String(64))
    fingerprint: Mapped[str] = mapped_column(String(64))
    status: Mapped[int] = mapped_column(Integer, default=0)
    body: Mapped[str] = mapped_column(Text, default="")
    etag: Mapped[str] = mapped_column(String(40), default="")
    location: Mapped[str] = mapped_column(String(500), default="")
