"""Organisation units and their dated history, posts, grids."""

from __future__ import annotations

import datetime as dt
from typing import Any

from core.base.db import (
    JSON,
    PATH,
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
    to_many,
    to_one,
)

# Prefix search compares byte by byte (core.base.pinyin.prefix_range).
KEY = String(60).with_variant(String(60, collation="C"), "postgresql")


class OrgUnit(TenantScoped, Base):
    """A place in the tree. Its name is known to all staff of the tenant, so the unit itself is not narrowed to subtrees.

    `path` holds four base-36 digits per level, each the unit's own `ordinal`, so that a range of paths is a subtree
    and a moved subtree changes only its prefix. Units are never deleted: they are merged or dissolved.
    """

    __tablename__ = "people_org_unit"
    __table_args__ = keys(
        UniqueConstraint("tenant_id", "path"),
        UniqueConstraint("tenant_id", "ordinal"),
        tfk("parent_id", "people_org_unit"),
        tfk("community_id", "people_org_unit"),
        tfk("successor_id", "people_org_unit"),
        Index(None, "tenant_id", "short_name"),
        Index(None, "tenant_id", "name"),
        Index(None, "tenant_id", "name_full"),
        Index(None, "tenant_id", "name_initials"),
        Index(None, "tenant_id", "term_end"),
    )

    name: Mapped[str] = mapped_column(String(120))
    short_name: Mapped[str] = mapped_column(String(60))
    name_full: Mapped[str] = mapped_column(KEY, default="")
    name_initials: Mapped[str] = mapped_column(KEY, default="")
    kind: Mapped[str] = mapped_column(String(20))
    unit_kind: Mapped[str] = mapped_column(String(20), default="")
    parent_id: Mapped[int | None] = mapped_column(BigInteger)
    ordinal: Mapped[int] = mapped_column(Integer)
    path: Mapped[str] = mapped_column(PATH)
    community_id: Mapped[int | None] = mapped_column(BigInteger)
    founded_on: Mapped[dt.date | None] = mapped_column(Date)
    approval_no: Mapped[str] = mapped_column(String(60), default="")
    size_approval_no: Mapped[str] = mapped_column(String(60), default="")
    term_years: Mapped[int | None] = mapped_column(Integer)
    term_start: Mapped[dt.date | None] = mapped_column(Date)
    term_end: Mapped[dt.date | None] = mapped_column(Date)
    status: Mapped[str] = mapped_column(String(12), default="active")
    contact_name: Mapped[str] = mapped_column(String(60), default="")
    contact_phone_sealed: Mapped[str | None] = mapped_column(String(200))
    contact_phone_mask: Mapped[str] = mapped_column(String(20), default="")
    credit_code: Mapped[str] = mapped_column(String(18), default="")
    address: Mapped[str] = mapped_column(String(200), default="")
    note: Mapped[str] = mapped_column(String(500), default="")
    dissolved_on: Mapped[dt.date | None] = mapped_column(Date)
    successor_id: Mapped[int | None] = mapped_column(BigInteger)

    parent = to_one("OrgUnit", "parent_id", "OrgUnit", viewonly=True)
    community = to_one("OrgUnit", "community_id", "OrgUnit", viewonly=True)
    children = to_many("OrgUnit", "OrgUnit", "parent_id", viewonly=True, order_by="OrgUnit.ordinal")


class OrgChange(TenantScoped, Base):
    """A dated change of a unit. `before` and `after` hold the changed fields, so that any past day can be rebuilt.

    kind: founded | renamed | moved | merged | split | dissolved | term | changed
    """

    __tablename__ = "people_org_change"
    __table_args__ = keys(tfk("org_id", "people_org_unit"), Index(None, "tenant_id", "effective_on"))

    org_id: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(String(12))
    effective_on: Mapped[dt.date] = mapped_column(Date)
    before: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    after: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    document_no: Mapped[str] = mapped_column(String(80), default="")
    note: Mapped[str] = mapped_column(String(500), default="")
    by_name: Mapped[str] = mapped_column(String(80), default="")

    org = to_one("OrgChange", "org_id", "OrgUnit", viewonly=True)


class PostHolding(OrgScoped, TenantScoped, Base):
    """Who held which post where, from-to. `post` and `source` are codes of tenant dictionaries."""

    __tablename__ = "people_post_holding"
    __table_args__ = keys(
        tfk("person_id", "people_person"),
        tfk("org_id", "people_org_unit"),
        Index(None, "tenant_id", "post", "ends_on"),
    )

    person_id: Mapped[int] = mapped_column(BigInteger)
    person_name: Mapped[str] = mapped_column(String(60))
    org_id: Mapped[int] = mapped_column(BigInteger)
    post: Mapped[str] = mapped_column(String(40))
    starts_on: Mapped[dt.date] = mapped_column(Date)
    ends_on: Mapped[dt.date | None] = mapped_column(Date)
    source: Mapped[str] = mapped_column(String(40), default="")
    document_no: Mapped[str] = mapped_column(String(80), default="")
    note: Mapped[str] = mapped_column(String(200), default="")

    person = to_one("PostHolding", "person_id", "Person", viewonly=True)
    org = to_one("PostHolding", "org_id", "OrgUnit", viewonly=True)


class Grid(TenantScoped, Base):
    """A part of a community with its buildings. Names of grids are known to all staff; writing asks `org_path`."""

    __tablename__ = "people_grid"
    __table_args__ = keys(
        UniqueConstraint("tenant_id", "code"),
        tfk("org_id", "people_org_unit"),
        Index(None, "tenant_id", "org_path"),
    )

    code: Mapped[str] = mapped_column(String(30))
    name: Mapped[str] = mapped_column(String(60))
    org_id: Mapped[int] = mapped_column(BigInteger)
    org_path: Mapped[str] = mapped_column(PATH)
    buildings: Mapped[list[str]] = mapped_column(JSON, default=list)
    household_count: Mapped[int | None] = mapped_column(Integer)
    worker_id: Mapped[int | None] = mapped_column(BigInteger)  # a person; no reference, for persons already refer to grids
    worker_name: Mapped[str] = mapped_column(String(60), default="")
    active: Mapped[bool] = mapped_column(default=True)
    note: Mapped[str] = mapped_column(String(200), default="")

    org = to_one("Grid", "org_id", "OrgUnit", viewonly=True)
