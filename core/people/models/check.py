"""Rounds of registry maintenance (动态维护), and what was taken out of the registry."""

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
    OrgScoped,
    String,
    TenantScoped,
    UniqueConstraint,
    keys,
    mapped_column,
    tfk,
    to_one,
)


class RegistryCheck(OrgScoped, TenantScoped, Base):
    """One branch's round: the members whose data fell due are looked through together, confirmed and approved.

    `open_of` repeats the branch's id while the round is open (one open round per branch), NULL afterwards.
    """

    __tablename__ = "people_registry_check"
    __table_args__ = keys(UniqueConstraint("tenant_id", "open_of"), tfk("org_id", "people_org_unit"))

    org_id: Mapped[int] = mapped_column(BigInteger)
    open_of: Mapped[int | None] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(String(12), default="due")
    opened_on: Mapped[dt.date] = mapped_column(Date)
    confirmed_by: Mapped[int | None] = mapped_column(BigInteger)
    confirmed_on: Mapped[dt.date | None] = mapped_column(Date)
    approved_on: Mapped[dt.date | None] = mapped_column(Date)
    head_count: Mapped[int] = mapped_column(Integer, default=0)
    evidence: Mapped[str] = mapped_column(String(300), default="")

    org = to_one("RegistryCheck", "org_id", "OrgUnit", viewonly=True)


class Archive(OrgScoped, TenantScoped, Base):
    """A record that left the registry: what it was, who took it out, why. Sealed values stay sealed in the snapshot.

    `undo` holds what a merge changed, so that it can be taken back within its time (core.people.services.unmerge).
    """

    __tablename__ = "people_archive"
    __table_args__ = keys(Index(None, "tenant_id", "kind", "record_id"), Index(None, "tenant_id", "kept_id"))

    kind: Mapped[str] = mapped_column(String(16))
    record_id: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str] = mapped_column(String(60))
    kept_id: Mapped[int | None] = mapped_column(BigInteger)
    reason: Mapped[str] = mapped_column(String(300))
    by_id: Mapped[int | None] = mapped_column(BigInteger)
    by_name: Mapped[str] = mapped_column(String(80))
    on: Mapped[dt.date] = mapped_column(Date)
    snapshot: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    undo: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    undone_on: Mapped[dt.date | None] = mapped_column(Date)
