"""Units: who a community may be paired with."""

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


class PartnerUnit(OrgScoped, TenantScoped, Base):
    """A unit that takes part: a place of the organisation tree with what pairing must know of it.

    Its liaison signs in with a role granted at that place, and therefore sees what concerns this unit only. The phone is
    the office's, for everybody to know.
    """

    __known_to_all__ = "units are offered as partners to every organisation of the tenant"
    __tablename__ = "pairing_unit"
    __table_args__ = keys(
        UniqueConstraint("tenant_id", "org_id"),
        UniqueConstraint("tenant_id", "credit_code"),
        tfk("org_id", "people_org_unit"),
        tfk("liaison_id", "people_person"),
        Index(None, "tenant_id", "name"),
    )

    org_id: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str] = mapped_column(String(60))
    kind: Mapped[str] = mapped_column(String(20))
    credit_code: Mapped[str | None] = mapped_column(String(18))
    party_org: Mapped[str] = mapped_column(String(120), default="")
    liaison_name: Mapped[str] = mapped_column(String(60), default="")
    liaison_post: Mapped[str] = mapped_column(String(60), default="")
    liaison_id: Mapped[int | None] = mapped_column(BigInteger)
    office_phone: Mapped[str] = mapped_column(String(20), default="")
    strengths: Mapped[str] = mapped_column(String(200), default="")
    note: Mapped[str] = mapped_column(String(300), default="")
    left_on: Mapped[dt.date | None] = mapped_column(Date)

    org = to_one("PartnerUnit", "org_id", "OrgUnit", viewonly=True)
