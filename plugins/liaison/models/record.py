"""The record of one member's stay away: one row serves the home side and the receiving side."""

from __future__ import annotations

import datetime as dt
from typing import Any

from core.base.db import (
    JSON,
    PATH,
    Base,
    BigInteger,
    Boolean,
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


class MobileRecord(OrgScoped, TenantScoped, Base):
    """A member who left (outflow: home branch here) or came (inflow: home branch outside this tenant).

    `org_path` is the side that registered: the home branch of an outflow, the receiving branch of an inflow. The other
    side inside the tenant reads and writes the same row through `receiving_path`. `open_of` repeats the person's id while
    the record is open and is NULL afterwards: one open record per person. `region` is never finer than a county.

    contact_from   the day the contact interval counts from: the last contact reached, or the day care began
    before_merge   while a merge of persons keeps this record closed: the person that went, and the state it was closed in
    counterpart_*, handover_code   the tenant, the record and the one-time code of the other side, once a hand-over between
                   tenants (core exchange) made one; NULL while both sides lie here or the other side is outside Juheli
    """

    __tablename__ = "liaison_record"
    __scope_paths__ = ("org_path", "receiving_path")
    __table_args__ = keys(
        UniqueConstraint("tenant_id", "open_of"),
        tfk("person_id", "people_person"),
        tfk("home_org_id", "people_org_unit"),
        tfk("receiving_org_id", "people_org_unit"),
        tfk("station_id", "liaison_station"),
        Index(None, "tenant_id", "state", "contact_from"),
        Index(None, "tenant_id", "since"),
    )

    person_id: Mapped[int] = mapped_column(BigInteger)
    person_name: Mapped[str] = mapped_column(String(60))
    open_of: Mapped[int | None] = mapped_column(BigInteger)
    direction: Mapped[str] = mapped_column(String(8))
    state: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(String(40), default="")
    region: Mapped[str] = mapped_column(String(60), default="")
    region_code: Mapped[str] = mapped_column(String(6), default="")
    since: Mapped[dt.date] = mapped_column(Date)
    expected_return: Mapped[dt.date | None] = mapped_column(Date)
    home_org_id: Mapped[int | None] = mapped_column(BigInteger)
    home_org_name: Mapped[str] = mapped_column(String(120), default="")
    receiving_org_id: Mapped[int | None] = mapped_column(BigInteger)
    receiving_path: Mapped[str | None] = mapped_column(PATH, active_history=True)
    receiving_org_name: Mapped[str] = mapped_column(String(120), default="")
    contact_person: Mapped[str] = mapped_column(String(60), default="")
    channel: Mapped[str] = mapped_column(String(120), default="")
    activity_card_no: Mapped[str] = mapped_column(String(40), default="")
    transferable: Mapped[bool | None] = mapped_column(Boolean)
    why_not_transferred: Mapped[str] = mapped_column(String(200), default="")
    abroad: Mapped[bool] = mapped_column(Boolean, default=False)
    monthly: Mapped[bool] = mapped_column(Boolean, default=False)
    graduate: Mapped[bool] = mapped_column(Boolean, default=False)
    graduated_on: Mapped[dt.date | None] = mapped_column(Date)
    station_id: Mapped[int | None] = mapped_column(BigInteger)
    contact_from: Mapped[dt.date | None] = mapped_column(Date)
    last_contact_on: Mapped[dt.date | None] = mapped_column(Date)
    last_participation_on: Mapped[dt.date | None] = mapped_column(Date)
    lost_on: Mapped[dt.date | None] = mapped_column(Date)
    suspended_on: Mapped[dt.date | None] = mapped_column(Date)
    ended_on: Mapped[dt.date | None] = mapped_column(Date)
    before_merge: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    counterpart_tenant: Mapped[str | None] = mapped_column(String(40))
    counterpart_ref: Mapped[int | None] = mapped_column(BigInteger)
    handover_code: Mapped[str | None] = mapped_column(String(40))
    note: Mapped[str] = mapped_column(String(300), default="")

    person = to_one("MobileRecord", "person_id", "Person", viewonly=True)
    home = to_one("MobileRecord", "home_org_id", "OrgUnit", viewonly=True)
    receiving = to_one("MobileRecord", "receiving_org_id", "OrgUnit", viewonly=True)
    station = to_one("MobileRecord", "station_id", "Station", viewonly=True)
    contacts = to_many("MobileRecord", "ContactLog", "record_id", viewonly=True, order_by="ContactLog.on.desc()")

    @property
    def care_path(self) -> str:
        """Where the member is looked after from day to day: the receiving branch once it took the member in."""
        taken = self.receiving_path and self.state not in ("suspected", "registered", "notified")
        return self.receiving_path if taken else self.org_path  # type: ignore[return-value]
