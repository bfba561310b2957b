"""What is taught, what is asked for, and when it is planned."""

from __future__ import annotations

import datetime as dt

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
    to_many,
    to_one,
)


class Course(TenantScoped, Base):
    """A course of an organisation, known to all staff of the tenant so that branches can choose from it.

    `tenths` are credit hours times ten. `level` is its rung of the ladder; prerequisites stand in their own table.
    Writing asks `org_path`, the place of the organisation that offers it.
    """

    __tablename__ = "training_course"
    __table_args__ = keys(UniqueConstraint("tenant_id", "name"), tfk("org_id", "people_org_unit"),
                          Index(None, "tenant_id", "org_path"))

    name: Mapped[str] = mapped_column(String(80))
    org_id: Mapped[int] = mapped_column(BigInteger)
    org_path: Mapped[str] = mapped_column(PATH)
    subject: Mapped[str] = mapped_column(String(40))
    form: Mapped[str] = mapped_column(String(40))
    level: Mapped[int] = mapped_column(Integer, default=1)
    tenths: Mapped[int] = mapped_column(Integer)
    trainer: Mapped[str] = mapped_column(String(60), default="")
    venue: Mapped[str] = mapped_column(String(120), default="")
    central: Mapped[bool] = mapped_column(Boolean, default=True)
    certificate: Mapped[bool] = mapped_column(Boolean, default=False)
    retired_on: Mapped[dt.date | None] = mapped_column(Date)
    summary: Mapped[str] = mapped_column(String(500), default="")

    org = to_one("Course", "org_id", "OrgUnit", viewonly=True)
    needs_first = to_many("Course", "Prerequisite", "course_id", viewonly=True)


class Prerequisite(TenantScoped, Base):
    """`course_id` may be attended by those who have hours of `first_id`."""

    __tablename__ = "training_prerequisite"
    __table_args__ = keys(
        UniqueConstraint("tenant_id", "course_id", "first_id"), tfk("course_id", "training_course"), tfk("first_id",
            "training_course"))

    course_id: Mapped[int] = mapped_column(BigInteger)
    first_id: Mapped[int] = mapped_column(BigInteger)


class Need(OrgScoped, TenantScoped, Base):
    """What is lacking (缺什么补什么): raised by a branch after a survey, or set by a superior for those below."""

    __tablename__ = "training_need"
    __table_args__ = keys(
        tfk("org_id", "people_org_unit"), tfk("course_id", "training_course"), Index(None, "tenant_id", "year", "state"))

    year: Mapped[int] = mapped_column(Integer)
    org_id: Mapped[int] = mapped_column(BigInteger)
    subject: Mapped[str] = mapped_column(String(40))
    title: Mapped[str] = mapped_column(String(120))
    detail: Mapped[str] = mapped_column(String(500), default="")
    source: Mapped[str] = mapped_column(String(12))
    audience: Mapped[str] = mapped_column(String(24))
    head_count: Mapped[int | None] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(String(12))
    course_id: Mapped[int | None] = mapped_column(BigInteger)
    met_on: Mapped[dt.date | None] = mapped_column(Date)

    org = to_one("Need", "org_id", "OrgUnit", viewonly=True)
    course = to_one("Need", "course_id", "Course", viewonly=True)


class PlanItem(OrgScoped, TenantScoped, Base):
    """One line of an organisation's annual plan."""

    __tablename__ = "training_plan_item"
    __table_args__ = keys(
        tfk("org_id", "people_org_unit"), tfk("course_id", "training_course"), Index(None, "tenant_id", "year", "month"))

    year: Mapped[int] = mapped_column(Integer)
    month: Mapped[int] = mapped_column(Integer)
    org_id: Mapped[int] = mapped_column(BigInteger)
    course_id: Mapped[int] = mapped_column(BigInteger)
    audience: Mapped[str] = mapped_column(String(24))
    times: Mapped[int] = mapped_column(Integer, default=1)
    head_count: Mapped[int | None] = mapped_column(Integer)
    note: Mapped[str] = mapped_column(String(200), default="")

    org = to_one("PlanItem", "org_id", "OrgUnit", viewonly=True)
    course = to_one("PlanItem", "course_id", "Course", viewonly=True)
    sessions = to_many("PlanItem", "ClassSession", "plan_item_id", viewonly=True)
