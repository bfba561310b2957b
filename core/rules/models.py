"""What tenants and operators say about rules: own values with a document number; the official working days."""
from __future__ import annotations

import datetime as dt

from core.base.db import (
    JSON,
    Base,
    BigInteger,
    Boolean,
    Date,
    Mapped,
    String,
    TenantScoped,
    UniqueConstraint,
    keys,
    mapped_column,
)


class RuleOverride(TenantScoped, Base):
    """A tenant's own value of a rule from a day on, with the document that says so. Earlier ones stay."""

    __tablename__ = "rules_override"

    key: Mapped[str] = mapped_column(String(80))
    value: Mapped[object] = mapped_column(JSON)
    document_no: Mapped[str] = mapped_column(String(80))
    effective_from: Mapped[dt.date] = mapped_column(Date)
    note: Mapped[str] = mapped_column(String(500), default="")
    set_by: Mapped[int] = mapped_column(BigInteger)

    __table_args__ = keys(UniqueConstraint("tenant_id", "key", "effective_from"))


class Workday(Base):
    """A day the State Council's yearly notice speaks of: a holiday, or a weekend day worked instead."""

    __tablename__ = "rules_workday"
    __reference__ = True

    day: Mapped[dt.date] = mapped_column(Date, primary_key=True)
    works: Mapped[bool] = mapped_column(Boolean)
    name: Mapped[str] = mapped_column(String(60), default="")
    source: Mapped[str] = mapped_column(String(120), default="")
