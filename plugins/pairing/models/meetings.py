"""What both sides do and say together: exchanges, visits, quarterly summaries, yearly reviews."""

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
    UniqueConstraint,
    keys,
    mapped_column,
    tfk,
    to_one,
)

from .sides import TwoSided


class PairVisit(TwoSided, TenantScoped, Base):
    """An exchange, a help visit or a joint activity. People are counted, never listed."""

    __tablename__ = "pairing_visit"
    __table_args__ = keys(
        tfk("pair_id", "pairing_pair"),
        tfk("org_id", "people_org_unit"),
        tfk("unit_id", "pairing_unit"),
        Index(None, "tenant_id", "on"),
    )

    pair_id: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(String(12))
    on: Mapped[dt.date] = mapped_column(Date)
    topic: Mapped[str] = mapped_column(String(80))
    place: Mapped[str] = mapped_column(String(80), default="")
    people: Mapped[int | None] = mapped_column(Integer)
    beneficiaries: Mapped[int | None] = mapped_column(Integer)
    problems: Mapped[str] = mapped_column(String(500), default="")
    solved: Mapped[str] = mapped_column(String(500), default="")
    result: Mapped[str] = mapped_column(String(500), default="")
    by_name: Mapped[str] = mapped_column(String(80))

    pair = to_one("PairVisit", "pair_id", "Pairing", viewonly=True)


class QuarterSummary(TwoSided, TenantScoped, Base):
    """The quarter in a few lines; the counts are those of the day it was written."""

    __tablename__ = "pairing_summary"
    __table_args__ = keys(
        UniqueConstraint("tenant_id", "pair_id", "year", "quarter"),
        tfk("pair_id", "pairing_pair"),
        tfk("org_id", "people_org_unit"),
        tfk("unit_id", "pairing_unit"),
    )

    pair_id: Mapped[int] = mapped_column(BigInteger)
    year: Mapped[int] = mapped_column(Integer)
    quarter: Mapped[int] = mapped_column(Integer)
    visits: Mapped[int] = mapped_column(Integer, default=0)
    claimed: Mapped[int] = mapped_column(Integer, default=0)
    delivered: Mapped[int] = mapped_column(Integer, default=0)
    done: Mapped[str] = mapped_column(String(1000))
    next_steps: Mapped[str] = mapped_column(String(500), default="")
    on: Mapped[dt.date] = mapped_column(Date)
    by_name: Mapped[str] = mapped_column(String(80))

    pair = to_one("QuarterSummary", "pair_id", "Pairing", viewonly=True)


class PairReview(TwoSided, TenantScoped, Base):
    """What one side says of the year: `side` is the one that writes. Two rows make the two-way review of a year."""

    __tablename__ = "pairing_review"
    __table_args__ = keys(
        UniqueConstraint("tenant_id", "pair_id", "year", "side"),
        tfk("pair_id", "pairing_pair"),
        tfk("org_id", "people_org_unit"),
        tfk("unit_id", "pairing_unit"),
    )

    pair_id: Mapped[int] = mapped_column(BigInteger)
    year: Mapped[int] = mapped_column(Integer)
    side: Mapped[str] = mapped_column(String(12))
    rating: Mapped[str] = mapped_column(String(8))
    results: Mapped[str] = mapped_column(String(1000))
    wishes: Mapped[str] = mapped_column(String(500), default="")
    on: Mapped[dt.date] = mapped_column(Date)
    by_name: Mapped[str] = mapped_column(String(80))

    pair = to_one("PairReview", "pair_id", "Pairing", viewonly=True)
