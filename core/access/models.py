"""Roles and grants."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ColumnElement, and_, or_

from core.base.clock import SHANGHAI
from core.base.db import (
    JSON,
    Base,
    BigInteger,
    Boolean,
    Date,
    Index,
    Mapped,
    String,
    TenantScoped,
    UniqueConstraint,
    UTCDateTime,
    keys,
    mapped_column,
    tfk,
)
from core.base.memo import GROUPS


class Role(TenantScoped, Base):
    """A named bundle of permissions of one tenant; `source` is the module whose template it came from."""

    __tablename__ = "access_role"
    __table_args__ = keys(UniqueConstraint("tenant_id", "key"))

    key: Mapped[str] = mapped_column(String(60))
    label: Mapped[str] = mapped_column(String(60))
    note: Mapped[str] = mapped_column(String(200), default="")
    permissions: Mapped[list[str]] = mapped_column(JSON, default=list)
    source: Mapped[str] = mapped_column(String(24), default="")
    needs_totp: Mapped[bool] = mapped_column(Boolean, default=False)


class RoleGrant(TenantScoped, Base):
    """A role held by an account on a subtree, from-to. `org_path` "" is the whole tenant. Never deleted, only ended."""

    __tablename__ = "access_grant"
    __table_args__ = keys(
        tfk("user_id", "accounts_user"),
        tfk("role_id", "access_role"),
        Index(None, "tenant_id", "user_id"),
        Index(None, "tenant_id", "role_id"),
    )

    user_id: Mapped[int] = mapped_column(BigInteger)
    role_id: Mapped[int] = mapped_column(BigInteger)
    org_unit_id: Mapped[int | None] = mapped_column(BigInteger)
    org_path: Mapped[str] = mapped_column(String(80), default="")
    starts_on: Mapped[dt.date] = mapped_column(Date)
    ends_on: Mapped[dt.date | None] = mapped_column(Date)
    source: Mapped[str] = mapped_column(String(120), default="")
    granted_by: Mapped[str] = mapped_column(String(80), default="")
    revoked_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)

    @classmethod
    def in_force(cls, day: dt.date) -> ColumnElement[bool]:
        """Condition: the grant holds on that day."""
        return and_(cls.revoked_at.is_(None), cls.starts_on <= day, or_(cls.ends_on.is_(None), cls.ends_on >= day))


class AccessToken(TenantScoped, Base):
    """A secret by which a program is let in as a service account; only its keyed hash is here (core.access.tokens).

    permissions  what it may do at most, whatever the account's roles gain later
    org_path     where it may do so at most; "" is the whole tenant
    hint         the first characters, by which its owner tells it from others
    """

    __tablename__ = "access_token"
    __table_args__ = keys(
        UniqueConstraint("tenant_id", "mac"),
        tfk("user_id", "accounts_user"),
        Index(None, "tenant_id", "user_id"),
    )

    user_id: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str] = mapped_column(String(60))
    hint: Mapped[str] = mapped_column(String(20))
    mac: Mapped[str] = mapped_column(String(90))
    permissions: Mapped[list[str]] = mapped_column(JSON, default=list)
    org_path: Mapped[str] = mapped_column(String(80), default="")
    expires_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    last_used_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    last_used_from: Mapped[str] = mapped_column(String(64), default="")
    made_by: Mapped[str] = mapped_column(String(80), default="")
    revoked_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    revoked_by: Mapped[str] = mapped_column(String(80), default="")

    @property
    def last_day(self) -> dt.date:
        """The last day it lets in: it ends as the next one begins in China."""
        return (self.expires_at - dt.timedelta(microseconds=1)).astimezone(SHANGHAI).date()


class AccessRevision(TenantScoped, Base):
    """What changed last in the tenant (core.access.revision): one row, number 1, made with the first change. A column more
    for each group of tables: group_0 and so on (core.base.memo).
    """

    __tablename__ = "access_revision"

    access: Mapped[int] = mapped_column(BigInteger, default=0)
    settings: Mapped[int] = mapped_column(BigInteger, default=0)
    records: Mapped[int] = mapped_column(BigInteger, default=0)


for _number in range(GROUPS):
    setattr(AccessRevision, f"group_{_number}", mapped_column(BigInteger, default=0))
