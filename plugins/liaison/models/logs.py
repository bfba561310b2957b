"""What was done about a record. Read and write these rows through their record, whose subtrees decide."""

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


class ContactLog(TenantScoped, Base):
    """One attempt to reach the member, with what the member asked for. No chat content, no place."""

    __tablename__ = "liaison_contact"
    __table_args__ = keys(tfk("record_id", "liaison_record"), Index(None, "tenant_id", "on"), Index(None, "tenant_id", "by_id"))

    record_id: Mapped[int] = mapped_column(BigInteger)
    on: Mapped[dt.date] = mapped_column(Date)
    means: Mapped[str] = mapped_column(String(20))
    outcome: Mapped[str] = mapped_column(String(20))
    needs: Mapped[str] = mapped_column(String(500), default="")
    follow_up: Mapped[str] = mapped_column(String(500), default="")
    by_id: Mapped[int | None] = mapped_column(BigInteger)
    by_name: Mapped[str] = mapped_column(String(80))

    record = to_one("ContactLog", "record_id", "MobileRecord", viewonly=True)


class AnnualReview(TenantScoped, Base):
    """The branch's yearly opinion on the member, formed with 民主评议."""

    __tablename__ = "liaison_review"
    __table_args__ = keys(UniqueConstraint("tenant_id", "record_id", "year"), tfk("record_id", "liaison_record"))

    record_id: Mapped[int] = mapped_column(BigInteger)
    year: Mapped[int] = mapped_column(Integer)
    opinion: Mapped[str] = mapped_column(String(300))
    on: Mapped[dt.date] = mapped_column(Date)
    by_name: Mapped[str] = mapped_column(String(80))

    record = to_one("AnnualReview", "record_id", "MobileRecord", viewonly=True)


class LossSearch(TenantScoped, Base):
    """One search for a member nobody can reach: when, by which means, whom the branch asked, what proves it."""

    __tablename__ = "liaison_search"
    __table_args__ = keys(tfk("record_id", "liaison_record"), Index(None, "tenant_id", "started_on"))

    record_id: Mapped[int] = mapped_column(BigInteger)
    started_on: Mapped[dt.date] = mapped_column(Date)
    ended_on: Mapped[dt.date] = mapped_column(Date)
    means: Mapped[str] = mapped_column(String(120))
    asked: Mapped[str] = mapped_column(String(200))
    evidence: Mapped[str] = mapped_column(String(300))
    meeting_no: Mapped[str] = mapped_column(String(60), default="")
    by_name: Mapped[str] = mapped_column(String(80))

    record = to_one("LossSearch", "record_id", "MobileRecord", viewonly=True)
