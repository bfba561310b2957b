"""Return-home education: gatherings and who came."""

from __future__ import annotations

import datetime as dt
from typing import Any

from core.base.db import (
    JSON,
    Base,
    BigInteger,
    Boolean,
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


class Gathering(OrgScoped, TenantScoped, Base):
    """A meeting of members who are home for a while. Once confirmed its attendance is final and its hours are announced."""

    __tablename__ = "liaison_gathering"
    __table_args__ = keys(tfk("org_id", "people_org_unit"), Index(None, "tenant_id", "on"))

    title: Mapped[str] = mapped_column(String(80))
    org_id: Mapped[int] = mapped_column(BigInteger)
    place: Mapped[str] = mapped_column(String(120), default="")
    on: Mapped[dt.date] = mapped_column(Date)
    minutes: Mapped[int] = mapped_column(Integer)
    content: Mapped[str] = mapped_column(String(500), default="")
    confirmed_on: Mapped[dt.date | None] = mapped_column(Date)
    confirmed_by: Mapped[str] = mapped_column(String(80), default="")

    org = to_one("Gathering", "org_id", "OrgUnit", viewonly=True)
    attendance = to_many("Gathering", "GatheringAttendance", "gathering_id", viewonly=True)


class GatheringAttendance(TenantScoped, Base):
    """One person at one gathering. Read it through the gathering, whose subtree decides. `twins` keep the rows of persons
    that were merged into this one until that is taken back (services/following.py).
    """

    __tablename__ = "liaison_attendance"
    __table_args__ = keys(
        UniqueConstraint("tenant_id", "gathering_id", "person_id"),
        tfk("gathering_id", "liaison_gathering"),
        tfk("person_id", "people_person"),
        tfk("record_id", "liaison_record"),
    )

    gathering_id: Mapped[int] = mapped_column(BigInteger)
    person_id: Mapped[int] = mapped_column(BigInteger)
    record_id: Mapped[int | None] = mapped_column(BigInteger)
    present: Mapped[bool] = mapped_column(Boolean, default=False)
    note: Mapped[str] = mapped_column(String(100), default="")
    twins: Mapped[list[Any]] = mapped_column(JSON, default=list)

    gathering = to_one("GatheringAttendance", "gathering_id", "Gathering", viewonly=True)
    person = to_one("GatheringAttendance", "person_id", "Person", viewonly=True)
