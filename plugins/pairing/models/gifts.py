"""What was given, and what was spent of it."""

from __future__ import annotations

import datetime as dt

from core.base.db import (
    Base,
    BigInteger,
    Date,
    Index,
    Integer,
    Mapped,
    String,
    TenantScoped,
    keys,
    mapped_column,
    tfk,
    to_one,
)

from .sides import TwoSided


class Contribution(TwoSided, TenantScoped, Base):
    """Money (fen), goods, labour, a venue or expertise that a unit gave to a project. It counts once both sides confirmed.

    The unit need not be the one that leads the project: neighbours may give to it through their own pairing.
    `amount_fen` is the money itself, or the value both sides put on goods.
    """

    __tablename__ = "pairing_contribution"
    __table_args__ = keys(
        tfk("project_id", "pairing_project"),
        tfk("pair_id", "pairing_pair"),
        tfk("org_id", "people_org_unit"),
        tfk("unit_id", "pairing_unit"),
        Index(None, "tenant_id", "on"),
    )

    project_id: Mapped[int] = mapped_column(BigInteger)
    pair_id: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(String(12))
    what: Mapped[str] = mapped_column(String(160))
    amount_fen: Mapped[int | None] = mapped_column(BigInteger)
    quantity: Mapped[int | None] = mapped_column(Integer)
    source: Mapped[str] = mapped_column(String(120), default="")
    receipt_no: Mapped[str] = mapped_column(String(60), default="")
    on: Mapped[dt.date] = mapped_column(Date)
    state: Mapped[str] = mapped_column(String(16))
    stated_by: Mapped[str] = mapped_column(String(80), default="")
    stater_id: Mapped[int | None] = mapped_column(BigInteger)
    unit_confirmed_on: Mapped[dt.date | None] = mapped_column(Date)
    org_confirmed_on: Mapped[dt.date | None] = mapped_column(Date)

    project = to_one("Contribution", "project_id", "JointProject", viewonly=True)
    unit = to_one("Contribution", "unit_id", "PartnerUnit", viewonly=True)
    org = to_one("Contribution", "org_id", "OrgUnit", viewonly=True)


class Spending(TenantScoped, Base):
    """Money of a project that was spent. Read and write it through the project, whose sides decide."""

    __tablename__ = "pairing_spending"
    __table_args__ = keys(tfk("project_id", "pairing_project"))

    project_id: Mapped[int] = mapped_column(BigInteger)
    on: Mapped[dt.date] = mapped_column(Date)
    amount_fen: Mapped[int] = mapped_column(BigInteger)
    purpose: Mapped[str] = mapped_column(String(160))
    payee: Mapped[str] = mapped_column(String(80), default="")
    voucher_no: Mapped[str] = mapped_column(String(60))
    by_name: Mapped[str] = mapped_column(String(80))

    project = to_one("Spending", "project_id", "JointProject", viewonly=True)
