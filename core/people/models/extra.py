"""Values of the fields that plugins add to persons and organisations (docs/decisions/0090)."""

from __future__ import annotations

import datetime as dt

from core.base.db import (
    Base,
    BigInteger,
    Boolean,
    Date,
    Index,
    Mapped,
    String,
    TenantScoped,
    UniqueConstraint,
    keys,
    mapped_column,
    tfk,
)


class _Value:
    """One value. `field` is the name the plugin declares; one column is filled, by the kind of the field."""

    field: Mapped[str] = mapped_column(String(64))
    text: Mapped[str | None] = mapped_column(String(500))
    number: Mapped[int | None] = mapped_column(BigInteger)
    day: Mapped[dt.date | None] = mapped_column(Date)
    flag: Mapped[bool | None] = mapped_column(Boolean)


class PersonExtra(_Value, TenantScoped, Base):
    """A value of a person; read it through the person, whose subtree decides.

    `was_of` is 0 for the values in force. A merge keeps the value that lost under the number of the record that went, minus
    that number where the value was the kept record's, so that taking the merge back brings it back.
    """

    __tablename__ = "people_person_extra"
    __table_args__ = keys(
        UniqueConstraint("tenant_id", "person_id", "field", "was_of"),
        tfk("person_id", "people_person"),
        Index(None, "tenant_id", "field"),
    )

    person_id: Mapped[int] = mapped_column(BigInteger)
    was_of: Mapped[int] = mapped_column(BigInteger, default=0)


class OrgExtra(_Value, TenantScoped, Base):
    """A value of an organisation."""

    __tablename__ = "people_org_extra"
    __table_args__ = keys(
        UniqueConstraint("tenant_id", "org_id", "field"),
        tfk("org_id", "people_org_unit"),
        Index(None, "tenant_id", "field"),
    )

    org_id: Mapped[int] = mapped_column(BigInteger)
