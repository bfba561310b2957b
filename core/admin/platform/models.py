"""Onboardings under way, and what failed in which plugin."""

from __future__ import annotations

import datetime as dt
from typing import Any

from core.base.db import (
    JSON,
    Base,
    BigInteger,
    Date,
    Index,
    Integer,
    Mapped,
    String,
    TenantScoped,
    UniqueConstraint,
    UTCDateTime,
    keys,
    mapped_column,
)


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


class PluginTrouble(TenantScoped, Base):
    """How often a hook of a module raised on a day, over all processes (row of tenant 0). `place`: where it broke last."""

    __tablename__ = "admin_plugin_trouble"
    __table_args__ = keys(UniqueConstraint("tenant_id", "module", "hook", "day"))

    module: Mapped[str] = mapped_column(String(24))
    hook: Mapped[str] = mapped_column(String(40))
    day: Mapped[dt.date] = mapped_column(Date)
    count: Mapped[int] = mapped_column(Integer, default=0)
    last_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    place: Mapped[str] = mapped_column(String(600), default="")
