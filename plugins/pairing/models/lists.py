"""The three lists: what communities need, what units offer, what both do about it."""

from __future__ import annotations

import datetime as dt

from core.base.db import (
    Base,
    BigInteger,
    Date,
    Index,
    Integer,
    Mapped,
    OrgScoped,
    String,
    TenantScoped,
    keys,
    mapped_column,
    tfk,
    to_one,
)

from .sides import TwoSided


class NeedItem(TwoSided, TenantScoped, Base):
    """Something a community asks for. `pair_id` and the unit are set once a unit is asked or has claimed it."""

    __tablename__ = "pairing_need"
    __table_args__ = keys(
        tfk("org_id", "people_org_unit"),
        tfk("unit_id", "pairing_unit"),
        tfk("pair_id", "pairing_pair"),
        Index(None, "tenant_id", "state", "wanted_by"),
    )

    title: Mapped[str] = mapped_column(String(80))
    kind: Mapped[str] = mapped_column(String(40))
    detail: Mapped[str] = mapped_column(String(1000), default="")
    skills: Mapped[str] = mapped_column(String(120), default="")
    wanted_by: Mapped[dt.date | None] = mapped_column(Date)
    budget_fen: Mapped[int | None] = mapped_column(BigInteger)
    beneficiaries: Mapped[int | None] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(String(12))
    published_on: Mapped[dt.date] = mapped_column(Date)
    pair_id: Mapped[int | None] = mapped_column(BigInteger)

    org = to_one("NeedItem", "org_id", "OrgUnit", viewonly=True)
    unit = to_one("NeedItem", "unit_id", "PartnerUnit", viewonly=True)


class ResourceItem(OrgScoped, TenantScoped, Base):
    """Something a unit offers; `org_path` is the unit's place."""

    __tablename__ = "pairing_resource"
    __table_args__ = keys(tfk("unit_id", "pairing_unit"), Index(None, "tenant_id", "state"))

    unit_id: Mapped[int] = mapped_column(BigInteger)
    title: Mapped[str] = mapped_column(String(80))
    kind: Mapped[str] = mapped_column(String(40))
    detail: Mapped[str] = mapped_column(String(1000), default="")
    skills: Mapped[str] = mapped_column(String(120), default="")
    available: Mapped[str] = mapped_column(String(120), default="")
    until: Mapped[dt.date | None] = mapped_column(Date)
    state: Mapped[str] = mapped_column(String(12))
    offered_on: Mapped[dt.date] = mapped_column(Date)

    unit = to_one("ResourceItem", "unit_id", "PartnerUnit", viewonly=True)


class JointProject(TwoSided, TenantScoped, Base):
    """What a unit has taken on for a community: from a need, from an offer, or agreed otherwise.

    published_on  the day the community asked; days_taken counts from there to acceptance
    claimed_on    the day the unit took it on, NULL while it is only asked
    result        the deliverable in words: what stands there now, who uses it
    """

    __tablename__ = "pairing_project"
    __table_args__ = keys(
        tfk("pair_id", "pairing_pair"),
        tfk("org_id", "people_org_unit"),
        tfk("unit_id", "pairing_unit"),
        tfk("need_id", "pairing_need"),
        tfk("resource_id", "pairing_resource"),
        Index(None, "tenant_id", "state", "due_on"),
        Index(None, "tenant_id", "accepted_on"),
    )

    pair_id: Mapped[int] = mapped_column(BigInteger)
    need_id: Mapped[int | None] = mapped_column(BigInteger)
    resource_id: Mapped[int | None] = mapped_column(BigInteger)
    title: Mapped[str] = mapped_column(String(80))
    kind: Mapped[str] = mapped_column(String(40))
    state: Mapped[str] = mapped_column(String(12))
    owner_name: Mapped[str] = mapped_column(String(60), default="")
    plan: Mapped[str] = mapped_column(String(1000), default="")
    means: Mapped[str] = mapped_column(String(200), default="")
    due_on: Mapped[dt.date | None] = mapped_column(Date)
    published_on: Mapped[dt.date] = mapped_column(Date)
    claimed_on: Mapped[dt.date | None] = mapped_column(Date)
    result: Mapped[str] = mapped_column(String(1000), default="")
    delivered_on: Mapped[dt.date | None] = mapped_column(Date)
    beneficiaries: Mapped[int | None] = mapped_column(Integer)
    accepted_on: Mapped[dt.date | None] = mapped_column(Date)
    rating: Mapped[str] = mapped_column(String(8), default="")
    comment: Mapped[str] = mapped_column(String(300), default="")
    days_taken: Mapped[int | None] = mapped_column(Integer)

    pair = to_one("JointProject", "pair_id", "Pairing", viewonly=True)
    org = to_one("JointProject", "org_id", "OrgUnit", viewonly=True)
    unit = to_one("JointProject", "unit_id", "PartnerUnit", viewonly=True)
    need = to_one("JointProject", "need_id", "NeedItem", viewonly=True)
