"""The joint council: its members, sessions, topics and resolutions."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar

from core.base.db import (
    PATH,
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

from .sides import TwoSided


class Council(OrgScoped, TenantScoped, Base):
    """A standing body of a street or community in which units have a seat."""

    __tablename__ = "pairing_council"
    __table_args__ = keys(UniqueConstraint("tenant_id", "org_id", "name"), tfk("org_id", "people_org_unit"))

    name: Mapped[str] = mapped_column(String(80))
    kind: Mapped[str] = mapped_column(String(20))
    org_id: Mapped[int] = mapped_column(BigInteger)
    founded_on: Mapped[dt.date] = mapped_column(Date)
    charter: Mapped[str] = mapped_column(String(1000), default="")
    closed_on: Mapped[dt.date | None] = mapped_column(Date)

    org = to_one("Council", "org_id", "OrgUnit", viewonly=True)


class CouncilMember(TwoSided, TenantScoped, Base):
    """A seat: who sits for which unit (none: for the community itself), and whether he can decide for it."""

    __tablename__ = "pairing_council_member"
    __table_args__ = keys(
        tfk("council_id", "pairing_council"),
        tfk("org_id", "people_org_unit"),
        tfk("unit_id", "pairing_unit"),
        tfk("person_id", "people_person"),
    )

    council_id: Mapped[int] = mapped_column(BigInteger)
    unit_name: Mapped[str] = mapped_column(String(60), default="")
    name: Mapped[str] = mapped_column(String(60))
    post: Mapped[str] = mapped_column(String(60), default="")
    person_id: Mapped[int | None] = mapped_column(BigInteger)
    can_decide: Mapped[bool] = mapped_column(Boolean, default=False)
    starts_on: Mapped[dt.date] = mapped_column(Date)
    ends_on: Mapped[dt.date | None] = mapped_column(Date)


class CouncilSession(OrgScoped, TenantScoped, Base):
    """One session; `held` makes the sheet of attendance final."""

    __tablename__ = "pairing_council_session"
    __table_args__ = keys(
        UniqueConstraint("tenant_id", "council_id", "number"),
        tfk("council_id", "pairing_council"),
        Index(None, "tenant_id", "on"),
    )

    council_id: Mapped[int] = mapped_column(BigInteger)
    number: Mapped[int] = mapped_column(Integer)
    on: Mapped[dt.date] = mapped_column(Date)
    place: Mapped[str] = mapped_column(String(80), default="")
    chair: Mapped[str] = mapped_column(String(60), default="")
    recorder: Mapped[str] = mapped_column(String(60), default="")
    minutes: Mapped[str] = mapped_column(String(4000), default="")
    held: Mapped[bool] = mapped_column(Boolean, default=False)

    council = to_one("CouncilSession", "council_id", "Council", viewonly=True)


class CouncilAttendance(TenantScoped, Base):
    """Who sat in a session for a seat: the member, or a stand-in who can decide or not. Read it through the session."""

    __tablename__ = "pairing_council_attendance"
    __table_args__ = keys(
        UniqueConstraint("tenant_id", "session_id", "member_id"),
        tfk("session_id", "pairing_council_session"),
        tfk("member_id", "pairing_council_member"),
    )

    session_id: Mapped[int] = mapped_column(BigInteger)
    member_id: Mapped[int] = mapped_column(BigInteger)
    present: Mapped[bool] = mapped_column(Boolean, default=False)
    stand_in: Mapped[str] = mapped_column(String(60), default="")
    decides: Mapped[bool] = mapped_column(Boolean, default=False)


class CouncilTopic(TwoSided, TenantScoped, Base):
    """Something to be discussed, collected before the session; the unit is set when a unit proposed it."""

    __tablename__ = "pairing_topic"
    __table_args__ = keys(
        tfk("council_id", "pairing_council"),
        tfk("session_id", "pairing_council_session"),
        tfk("org_id", "people_org_unit"),
        tfk("unit_id", "pairing_unit"),
        Index(None, "tenant_id", "state"),
    )

    council_id: Mapped[int] = mapped_column(BigInteger)
    session_id: Mapped[int | None] = mapped_column(BigInteger)
    title: Mapped[str] = mapped_column(String(120))
    text: Mapped[str] = mapped_column(String(1000), default="")
    proposed_by: Mapped[str] = mapped_column(String(80))
    submitted_on: Mapped[dt.date] = mapped_column(Date)
    state: Mapped[str] = mapped_column(String(12), default="collected")
    outcome: Mapped[str] = mapped_column(String(500), default="")


class CouncilResolution(OrgScoped, TenantScoped, Base):
    """What a session decided, with an owner and a date. `owner_path` is the place of who must carry it out."""

    __tablename__ = "pairing_resolution"
    __scope_paths__: ClassVar[tuple[str, ...]] = ("org_path", "owner_path")
    __table_args__ = keys(
        tfk("session_id", "pairing_council_session"),
        tfk("topic_id", "pairing_topic"),
        tfk("unit_id", "pairing_unit"),
        Index(None, "tenant_id", "state", "due_on"),
    )

    session_id: Mapped[int] = mapped_column(BigInteger)
    topic_id: Mapped[int | None] = mapped_column(BigInteger)
    unit_id: Mapped[int | None] = mapped_column(BigInteger)
    owner_path: Mapped[str] = mapped_column(PATH, active_history=True)
    owner_name: Mapped[str] = mapped_column(String(80))
    text: Mapped[str] = mapped_column(String(500))
    due_on: Mapped[dt.date] = mapped_column(Date)
    state: Mapped[str] = mapped_column(String(12))
    result: Mapped[str] = mapped_column(String(500), default="")
    reported_on: Mapped[dt.date | None] = mapped_column(Date)
    times_carried: Mapped[int] = mapped_column(Integer, default=0)

    session = to_one("CouncilResolution", "session_id", "CouncilSession", viewonly=True)
