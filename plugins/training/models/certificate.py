"""Certificates of courses that give one."""

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
    UniqueConstraint,
    keys,
    mapped_column,
    tfk,
    to_one,
)


class Certificate(OrgScoped, TenantScoped, Base):
    """Proof of one person's attendance. `token` opens the public page that says whether it is valid, and nothing else.

    `person_name` is what stands on the paper. A person has several of one session where one was revoked and made out anew.
    """

    __tablename__ = "training_certificate"
    __table_args__ = keys(
        UniqueConstraint("tenant_id", "number"),
        UniqueConstraint("tenant_id", "token"),
        tfk("session_id", "training_session"),
        tfk("person_id", "people_person"),
        Index(None, "tenant_id", "session_id", "person_id"),
        Index(None, "tenant_id", "issued_on"),
    )

    number: Mapped[str] = mapped_column(String(24))
    token: Mapped[str] = mapped_column(String(32))
    session_id: Mapped[int] = mapped_column(BigInteger)
    person_id: Mapped[int] = mapped_column(BigInteger)
    person_name: Mapped[str] = mapped_column(String(60))
    tenths: Mapped[int] = mapped_column(Integer)
    issued_on: Mapped[dt.date] = mapped_column(Date)
    issued_by: Mapped[str] = mapped_column(String(80), default="")
    revoked_on: Mapped[dt.date | None] = mapped_column(Date)
    revoked_by: Mapped[str] = mapped_column(String(80), default="")
    revoke_reason: Mapped[str] = mapped_column(String(200), default="")

    session = to_one("Certificate", "session_id", "ClassSession", viewonly=True)
    person = to_one("Certificate", "person_id", "Person", viewonly=True)
