"""Hours that count, the yearly balance of each person, and the yearly tally of each organisation.

`HourEntry` rows are the book. `Balance` and `Tally` are sums kept in the same transaction (services/balances.py), so
that pages for 100,000 people read rows by index instead of adding up millions.
"""

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
    to_one,
)
from core.people.models.org import KEY


class HourEntry(OrgScoped, TenantScoped, Base):
    """Credit hours of one person from one source. The unique key makes crediting idempotent.

    source, source_id  the record behind it: `training.session` and its id, or what an event named (`liaison.gathering`)
    central            from a class held in common (集中培训), as against a lecture or return-home education
    twins              rows of records that were merged into this person (merging.py)
    """

    __tablename__ = "training_entry"
    __table_args__ = keys(
        UniqueConstraint("tenant_id", "source", "source_id", "person_id"),
        tfk("person_id", "people_person"),
        Index(None, "tenant_id", "person_id", "year"),
        Index(None, "tenant_id", "year", "org_path"),
        Index(None, "tenant_id", "on"),
    )

    person_id: Mapped[int] = mapped_column(BigInteger)
    person_name: Mapped[str] = mapped_column(String(60))
    year: Mapped[int] = mapped_column(Integer)
    on: Mapped[dt.date] = mapped_column(Date)
    tenths: Mapped[int] = mapped_column(Integer)
    title: Mapped[str] = mapped_column(String(120))
    source: Mapped[str] = mapped_column(String(40))
    source_id: Mapped[int] = mapped_column(BigInteger)
    central: Mapped[bool] = mapped_column(Boolean, default=False)
    role: Mapped[str] = mapped_column(String(20), default="")
    note: Mapped[str] = mapped_column(String(100), default="")
    twins: Mapped[list[Any]] = mapped_column(JSON, default=list)

    person = to_one("HourEntry", "person_id", "Person", viewonly=True)


class Balance(OrgScoped, TenantScoped, Base):
    """One person in one year: the duty by role, what was got, what is missing (all in tenths of a credit hour).

    `name_full` repeats the person's, to sort by. A sum of the book: it goes with the person, and the next daily round puts
    the tally right.
    """

    __tablename__ = "training_balance"
    __table_args__ = keys(
        UniqueConstraint("tenant_id", "person_id", "year"),
        tfk("person_id", "people_person", ondelete="CASCADE"),
        tfk("org_id", "people_org_unit"),
        Index(None, "tenant_id", "year", "org_path", "name_full", "id"),          # the register: its scope and its order
        Index(None, "tenant_id", "year", "org_id"),
        Index(None, "tenant_id", "year", "missing", "org_path"),
    )

    person_id: Mapped[int] = mapped_column(BigInteger)
    year: Mapped[int] = mapped_column(Integer)
    org_id: Mapped[int] = mapped_column(BigInteger)
    name_full: Mapped[str] = mapped_column(KEY, default="")
    role: Mapped[str] = mapped_column(String(20))
    worker: Mapped[bool] = mapped_column(Boolean, default=False)
    due: Mapped[int] = mapped_column(Integer)
    got: Mapped[int] = mapped_column(Integer, default=0)
    missing: Mapped[int] = mapped_column(Integer, default=0)
    classes: Mapped[int] = mapped_column(Integer, default=0)

    person = to_one("Balance", "person_id", "Person", viewonly=True)
    org = to_one("Balance", "org_id", "OrgUnit", viewonly=True)


class Tally(OrgScoped, TenantScoped, Base):
    """All balances of one organisation (without those below), one role and one year, added up."""

    __tablename__ = "training_tally"
    __table_args__ = keys(
        UniqueConstraint("tenant_id", "year", "org_id", "role"),
        tfk("org_id", "people_org_unit"),
        Index(None, "tenant_id", "year", "org_path"),
    )

    year: Mapped[int] = mapped_column(Integer)
    org_id: Mapped[int] = mapped_column(BigInteger)
    role: Mapped[str] = mapped_column(String(20))
    people: Mapped[int] = mapped_column(Integer)
    met: Mapped[int] = mapped_column(Integer)
    covered: Mapped[int] = mapped_column(Integer)
    due: Mapped[int] = mapped_column(BigInteger)
    got: Mapped[int] = mapped_column(BigInteger)
    missing: Mapped[int] = mapped_column(BigInteger)

    org = to_one("Tally", "org_id", "OrgUnit", viewonly=True)
