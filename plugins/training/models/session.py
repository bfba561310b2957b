"""A class that is held, and who sits in it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from core.base.clock import SHANGHAI
from core.base.db import (
    JSON,
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
    UniqueConstraint,
    keys,
    mapped_column,
    tfk,
    to_many,
    to_one,
)
from core.people import tree


class ClassSession(OrgScoped, TenantScoped, Base):
    """One class (班次) of a course, on one day or several in a row, at the same hours each day.

    number            what stands on paper and in sheets: 2026-007
    from_minute, to_minute   the hours of each day in minutes after midnight; `begins` and `ends` give them as times
    tenths            credit hours times ten for whoever was there the whole time
    audience          codes of plugins.training.words.AUDIENCES, who should come within the organiser's subtree
    trainer_id        the trainer, where registered here: a trainer is never a trainee
    marked_by_id      who handed the attendance sheet in; somebody else confirms the hours
    make_up_of_id     the session whose absent people this one is for
    """

    __known_to_all__ = "announced classes are known to all staff"
    __tablename__ = "training_session"
    __table_args__ = keys(
        UniqueConstraint("tenant_id", "number"),
        tfk("org_id", "people_org_unit"),
        tfk("course_id", "training_course"),
        tfk("plan_item_id", "training_plan_item"),
        tfk("make_up_of_id", "training_session"),
        tfk("trainer_id", "people_person"),
        Index(None, "tenant_id", "state", "on"),
        Index(None, "tenant_id", "on"),
    )

    number: Mapped[str] = mapped_column(String(12))
    title: Mapped[str] = mapped_column(String(80))
    org_id: Mapped[int] = mapped_column(BigInteger)
    course_id: Mapped[int] = mapped_column(BigInteger)
    plan_item_id: Mapped[int | None] = mapped_column(BigInteger)
    make_up_of_id: Mapped[int | None] = mapped_column(BigInteger)
    on: Mapped[dt.date] = mapped_column(Date)
    ends_on: Mapped[dt.date] = mapped_column(Date)
    from_minute: Mapped[int] = mapped_column(Integer)
    to_minute: Mapped[int] = mapped_column(Integer)
    tenths: Mapped[int] = mapped_column(Integer)
    venue: Mapped[str] = mapped_column(String(120), default="")
    trainer: Mapped[str] = mapped_column(String(60), default="")
    trainer_id: Mapped[int | None] = mapped_column(BigInteger)
    capacity: Mapped[int | None] = mapped_column(Integer)
    enrol_until: Mapped[dt.date | None] = mapped_column(Date)
    audience: Mapped[list[str]] = mapped_column(JSON, default=list)
    state: Mapped[str] = mapped_column(String(24))
    expected: Mapped[int] = mapped_column(Integer, default=0)
    bulletin_id: Mapped[int | None] = mapped_column(BigInteger)
    marked_by_id: Mapped[int | None] = mapped_column(BigInteger)
    marked_by: Mapped[str] = mapped_column(String(80), default="")
    confirmed_by: Mapped[str] = mapped_column(String(80), default="")
    confirmed_on: Mapped[dt.date | None] = mapped_column(Date)
    note: Mapped[str] = mapped_column(String(300), default="")

    org = to_one("ClassSession", "org_id", "OrgUnit", viewonly=True)
    course = to_one("ClassSession", "course_id", "Course", viewonly=True)
    seats = to_many("ClassSession", "Seat", "session_id", viewonly=True)

    @property
    def confirm_path(self) -> str:
        """Where hours are confirmed: one level above the organiser; above the topmost unit is the whole tenant."""
        return tree.parent(self.org_path)

    @property
    def begins(self) -> dt.time:
        return dt.time(*divmod(self.from_minute, 60))

    @property
    def ends(self) -> dt.time:
        return dt.time(*divmod(self.to_minute, 60))

    @property
    def starts_at(self) -> dt.datetime:
        return dt.datetime.combine(self.on, self.begins, SHANGHAI)

    @property
    def stops_at(self) -> dt.datetime:
        return dt.datetime.combine(self.ends_on, self.ends, SHANGHAI)

    @property
    def days(self) -> int:
        return (self.ends_on - self.on).days + 1


class Seat(OrgScoped, TenantScoped, Base):
    """One person in one session: enrolled or waiting, then present or not, with the hours entered.

    `org_path` is the person's place when entered, `host_path` the organiser's: both sides see the row. Places in the
    waiting list go by id, which grows with time. `twins` keep the rows of records that were merged into this person
    (merging.py), so that they can be had back.
    """

    __tablename__ = "training_seat"
    __scope_paths__ = ("org_path", "host_path")
    __table_args__ = keys(
        UniqueConstraint("tenant_id", "session_id", "person_id"),
        tfk("session_id", "training_session"),
        tfk("person_id", "people_person"),
        tfk("org_id", "people_org_unit"),
    )

    session_id: Mapped[int] = mapped_column(BigInteger)
    person_id: Mapped[int] = mapped_column(BigInteger)
    person_name: Mapped[str] = mapped_column(String(60))
    org_id: Mapped[int] = mapped_column(BigInteger)
    host_path: Mapped[str] = mapped_column(PATH, active_history=True)
    place: Mapped[str] = mapped_column(String(10))
    origin: Mapped[str] = mapped_column(String(10))
    attendance: Mapped[str] = mapped_column(String(10), default="")
    tenths: Mapped[int] = mapped_column(Integer, default=0)
    note: Mapped[str] = mapped_column(String(100), default="")
    marked_by: Mapped[str] = mapped_column(String(80), default="")
    twins: Mapped[list[Any]] = mapped_column(JSON, default=list)

    session = to_one("Seat", "session_id", "ClassSession", viewonly=True)
    person = to_one("Seat", "person_id", "Person", viewonly=True)
    org = to_one("Seat", "org_id", "OrgUnit", viewonly=True)
