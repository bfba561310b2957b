"""Liaison stations and the services they gave."""

from __future__ import annotations

import datetime as dt

from core.base.db import (
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
    to_one,
)


class Station(OrgScoped, TenantScoped, Base):
    """A station of a host organisation. Address, phone and hours are those of the office, for everybody to know."""

    __known_to_all__ = "a station is an office for everybody to know"
    __tablename__ = "liaison_station"
    __table_args__ = keys(UniqueConstraint("tenant_id", "name"), tfk("org_id", "people_org_unit"))

    name: Mapped[str] = mapped_column(String(60))
    org_id: Mapped[int] = mapped_column(BigInteger)
    address: Mapped[str] = mapped_column(String(120), default="")
    keeper: Mapped[str] = mapped_column(String(60), default="")
    phone: Mapped[str] = mapped_column(String(20), default="")
    hours: Mapped[str] = mapped_column(String(80), default="")
    open_to: Mapped[str] = mapped_column(String(120), default="")
    opened_on: Mapped[dt.date] = mapped_column(Date)
    closed_on: Mapped[dt.date | None] = mapped_column(Date)
    note: Mapped[str] = mapped_column(String(300), default="")

    org = to_one("Station", "org_id", "OrgUnit", viewonly=True)


class ServiceLog(OrgScoped, TenantScoped, Base):
    """One service a station gave, to a mobile member (record) or to somebody whose name is not kept."""

    __tablename__ = "liaison_service"
    __table_args__ = keys(
        tfk("station_id", "liaison_station"), tfk("record_id", "liaison_record"), Index(None, "tenant_id", "on"))

    station_id: Mapped[int] = mapped_column(BigInteger)
    record_id: Mapped[int | None] = mapped_column(BigInteger)
    on: Mapped[dt.date] = mapped_column(Date)
    kind: Mapped[str] = mapped_column(String(40))
    what: Mapped[str] = mapped_column(String(300))
    result: Mapped[str] = mapped_column(String(300), default="")
    by_name: Mapped[str] = mapped_column(String(80))

    station = to_one("ServiceLog", "station_id", "Station", viewonly=True)
    record = to_one("ServiceLog", "record_id", "MobileRecord", viewonly=True)
