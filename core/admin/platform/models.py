"""Onboardings under way."""

from __future__ import annotations

from typing import Any

from core.base.db import JSON, Base, BigInteger, Index, Mapped, String, TenantScoped, keys, mapped_column


class Onboarding(TenantScoped, Base):
    """One tenant being opened by an operator (row of tenant 0); every step can be resumed.

    `made_id` is the new tenant once it exists; the operator may lay out its organisation tree until its admin has
    signed in for the first time.
    """

    __tablename__ = "admin_onboarding"
    __table_args__ = keys(Index(None, "tenant_id", "made_id"))

    unit: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    profile: Mapped[str] = mapped_column(String(40), default="")
    admin: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    plugins: Mapped[list[str]] = mapped_column(JSON, default=list)
    made_id: Mapped[int | None] = mapped_column(BigInteger)
    slug: Mapped[str] = mapped_column(String(40), default="")
    by_name: Mapped[str] = mapped_column(String(80), default="")
