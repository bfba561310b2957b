"""Changes of membership: the rows behind 期初 + 增 − 减 = 期末."""

from __future__ import annotations

import datetime as dt

from core.base.db import (
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
    keys,
    mapped_column,
    tfk,
    to_one,
)


class MemberChange(OrgScoped, TenantScoped, Base):
    """One change of one person's membership in one organisation; written by the service that changes the person.

    type: initial | transfer_in | transfer_out | newly_admitted | confirmed | deceased | removed | suspended | restored |
    corrected. `effect` is what it does to the head count of `org_id`: +1, 0 or -1. A transfer inside the tenant is two
    rows that name each other's place in `other_path`; inside a subtree that holds both they cancel out and are not shown.
    The rows outlive the person's record (no foreign key): past periods must still add up.
    """

    __tablename__ = "people_member_change"
    __table_args__ = keys(
        tfk("org_id", "people_org_unit"),
        tfk("other_org_id", "people_org_unit"),
        Index(None, "tenant_id", "person_id"),
        Index(None, "tenant_id", "effective_on"),
        Index(None, "tenant_id", "other_path"),
    )

    person_id: Mapped[int] = mapped_column(BigInteger)
    person_name: Mapped[str] = mapped_column(String(60))
    type: Mapped[str] = mapped_column(String(16))
    org_id: Mapped[int] = mapped_column(BigInteger)
    other_org_id: Mapped[int | None] = mapped_column(BigInteger)
    other_path: Mapped[str | None] = mapped_column(PATH)
    other_place: Mapped[str] = mapped_column(String(120), default="")
    effect: Mapped[int] = mapped_column(Integer, default=0)
    effective_on: Mapped[dt.date] = mapped_column(Date)
    document_no: Mapped[str] = mapped_column(String(80), default="")
    reason: Mapped[str] = mapped_column(String(300), default="")
    by_name: Mapped[str] = mapped_column(String(80), default="")

    person = to_one("MemberChange", "person_id", "Person", viewonly=True)
    org = to_one("MemberChange", "org_id", "OrgUnit", viewonly=True)
