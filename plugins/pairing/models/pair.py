"""Pairings and the versions of their agreement."""

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


class Pairing(TwoSided, TenantScoped, Base):
    """A unit and a community (or street, or branch) that work together for a term.

    open_key       kind, unit and community while the pairing is open, NULL afterwards: one open pairing of a kind per pair
    agreement_no   the version of the agreement in force, 0 before the first
    last_event_on  the last thing done together; nothing for longer than the rule says makes the pairing dormant
    """

    __tablename__ = "pairing_pair"
    __table_args__ = keys(
        UniqueConstraint("tenant_id", "open_key"),
        tfk("unit_id", "pairing_unit"),
        tfk("org_id", "people_org_unit"),
        Index(None, "tenant_id", "state", "ends_on"),
    )

    kind: Mapped[str] = mapped_column(String(20))
    unit_name: Mapped[str] = mapped_column(String(60))
    org_name: Mapped[str] = mapped_column(String(60))
    state: Mapped[str] = mapped_column(String(12))
    open_key: Mapped[str | None] = mapped_column(String(80))
    goals: Mapped[str] = mapped_column(String(1000), default="")
    unit_owner: Mapped[str] = mapped_column(String(60), default="")
    org_owner: Mapped[str] = mapped_column(String(60), default="")
    starts_on: Mapped[dt.date] = mapped_column(Date)
    ends_on: Mapped[dt.date] = mapped_column(Date)
    signed_on: Mapped[dt.date | None] = mapped_column(Date)
    agreement_no: Mapped[int] = mapped_column(Integer, default=0)
    last_event_on: Mapped[dt.date | None] = mapped_column(Date)
    ended_on: Mapped[dt.date | None] = mapped_column(Date)

    unit = to_one("Pairing", "unit_id", "PartnerUnit", viewonly=True)
    org = to_one("Pairing", "org_id", "OrgUnit", viewonly=True)

    @property
    def label(self) -> str:
        return f"{self.unit_name} — {self.org_name}"

    @property
    def last_day(self) -> dt.date:
        """The last day of the term, or the day it was ended before."""
        return min(self.ended_on or self.ends_on, self.ends_on)


class PairAgreement(TwoSided, TenantScoped, Base):
    """One version of the agreement; it is in force once both sides have signed and a file is attached."""

    __tablename__ = "pairing_agreement"
    __table_args__ = keys(
        UniqueConstraint("tenant_id", "pair_id", "number"),
        tfk("pair_id", "pairing_pair"),
        tfk("unit_id", "pairing_unit"),
        tfk("org_id", "people_org_unit"),
        tfk("file_id", "files_file"),
    )

    pair_id: Mapped[int] = mapped_column(BigInteger)
    number: Mapped[int] = mapped_column(Integer)
    document_no: Mapped[str] = mapped_column(String(60), default="")
    starts_on: Mapped[dt.date] = mapped_column(Date)
    ends_on: Mapped[dt.date] = mapped_column(Date)
    goals: Mapped[str] = mapped_column(String(1000), default="")
    proposed_on: Mapped[dt.date] = mapped_column(Date)
    file_id: Mapped[int | None] = mapped_column(BigInteger)
    file_name: Mapped[str] = mapped_column(String(160), default="")
    unit_signed_on: Mapped[dt.date | None] = mapped_column(Date)
    unit_signed_by: Mapped[str] = mapped_column(String(80), default="")
    unit_signer_id: Mapped[int | None] = mapped_column(BigInteger)
    org_signed_on: Mapped[dt.date | None] = mapped_column(Date)
    org_signed_by: Mapped[str] = mapped_column(String(80), default="")
    org_signer_id: Mapped[int | None] = mapped_column(BigInteger)
    dropped_on: Mapped[dt.date | None] = mapped_column(Date)

    pair = to_one("PairAgreement", "pair_id", "Pairing", viewonly=True)

    @property
    def in_force(self) -> bool:
        return bool(self.unit_signed_on and self.org_signed_on and self.file_id)

    @property
    def takes_paper(self) -> bool:
        """Whether the file may still be attached: nobody has signed, or it was signed on paper and has no scan yet."""
        return not self.dropped_on and (not self.file_id or not (self.unit_signed_on or self.org_signed_on))
