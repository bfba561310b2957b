"""Persons and their affiliations."""

from __future__ import annotations

import datetime as dt

from core.base.db import (
    PATH,
    Base,
    BigInteger,
    Date,
    Index,
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

from .org import KEY


class Person(OrgScoped, TenantScoped, Base):
    """A member or another person the organisation works with.

    `org_id`/`org_path` are those of the formal affiliation; a person without one has those of the main participation
    link (`is_formal` tells). `guest_path` is the place of the main participation link elsewhere, so that the branch
    that received a mobile member finds the person too. Phone and ID number are sealed, found by blind index, shown masked.
    """

    __tablename__ = "people_person"
    __scope_paths__ = ("org_path", "guest_path")
    __table_args__ = keys(
        UniqueConstraint("tenant_id", "id_index"),
        tfk("org_id", "people_org_unit"),
        tfk("residence_org_id", "people_org_unit"),
        tfk("grid_id", "people_grid"),
        Index(None, "tenant_id", "name"),
        Index(None, "tenant_id", "name_full"),
        Index(None, "tenant_id", "name_initials"),
        Index(None, "tenant_id", "phone_index"),
        Index(None, "tenant_id", "check_state", "verified_on"),
        Index(None, "tenant_id", "is_formal", "org_path", "name_full"),     # the roster: its order, its scope, its count
    )

    name: Mapped[str] = mapped_column(String(60))
    name_full: Mapped[str] = mapped_column(KEY, default="")
    name_initials: Mapped[str] = mapped_column(KEY, default="")
    gender: Mapped[str] = mapped_column(String(6), default="")
    birth_date: Mapped[dt.date | None] = mapped_column(Date)
    education: Mapped[str] = mapped_column(String(40), default="")
    id_sealed: Mapped[str | None] = mapped_column(String(200))
    id_index: Mapped[str | None] = mapped_column(String(32))
    id_mask: Mapped[str] = mapped_column(String(20), default="")
    phone_sealed: Mapped[str | None] = mapped_column(String(200))
    phone_index: Mapped[str | None] = mapped_column(String(32))
    phone_mask: Mapped[str] = mapped_column(String(20), default="")
    member_kind: Mapped[str] = mapped_column(String(12), default="full")
    joined_on: Mapped[dt.date | None] = mapped_column(Date)
    confirmed_on: Mapped[dt.date | None] = mapped_column(Date)
    membership_state: Mapped[str] = mapped_column(String(16), default="normal")
    category: Mapped[str] = mapped_column(String(40), default="")
    skills: Mapped[str] = mapped_column(String(200), default="")
    residence_org_id: Mapped[int | None] = mapped_column(BigInteger)
    grid_id: Mapped[int | None] = mapped_column(BigInteger)
    work_unit: Mapped[str] = mapped_column(String(120), default="")
    org_id: Mapped[int] = mapped_column(BigInteger)
    guest_path: Mapped[str | None] = mapped_column(PATH, active_history=True)
    is_formal: Mapped[bool] = mapped_column(default=True)
    verified_on: Mapped[dt.date | None] = mapped_column(Date)
    check_state: Mapped[str] = mapped_column(String(16), default="fresh")
    note: Mapped[str] = mapped_column(String(500), default="")

    org = to_one("Person", "org_id", "OrgUnit", viewonly=True)
    residence = to_one("Person", "residence_org_id", "OrgUnit", viewonly=True)
    grid = to_one("Person", "grid_id", "Grid", viewonly=True)
    affiliations = to_many("Person", "Affiliation", "person_id", viewonly=True, order_by="Affiliation.starts_on")
    posts = to_many("Person", "PostHolding", "person_id", viewonly=True, order_by="PostHolding.starts_on")


class Affiliation(TenantScoped, Base):
    """A person's relation to an organisation, from-to. Read it through the person, whose subtree decides.

    kind: formal | inflow | outflow | dual_registered | volunteer. `formal_of` repeats the person's id while the row is
    the open formal affiliation and is NULL otherwise: its unique constraint allows one such row per person on every
    database.
    """

    __tablename__ = "people_affiliation"
    __table_args__ = keys(
        UniqueConstraint("tenant_id", "formal_of"),
        tfk("person_id", "people_person"),
        tfk("org_id", "people_org_unit"),
        Index(None, "tenant_id", "org_path"),
    )

    person_id: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(String(16))
    org_id: Mapped[int] = mapped_column(BigInteger)
    org_path: Mapped[str] = mapped_column(PATH)
    starts_on: Mapped[dt.date] = mapped_column(Date)
    ends_on: Mapped[dt.date | None] = mapped_column(Date)
    source: Mapped[str] = mapped_column(String(80), default="")
    formal_of: Mapped[int | None] = mapped_column(BigInteger)

    person = to_one("Affiliation", "person_id", "Person", viewonly=True)
    org = to_one("Affiliation", "org_id", "OrgUnit", viewonly=True)
