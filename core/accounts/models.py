"""Accounts, sessions, one-time links and counted attempts. All belong to one tenant; operators belong to tenant 0."""

from __future__ import annotations

import datetime as dt
from typing import Any

from core.base.db import (
    JSON,
    Base,
    BigInteger,
    Boolean,
    Index,
    Integer,
    Mapped,
    String,
    TenantScoped,
    UniqueConstraint,
    UTCDateTime,
    keys,
    mapped_column,
    tfk,
)

ACTIVE, DISABLED = "active", "disabled"


class User(TenantScoped, Base):
    """An account. Leavers are disabled, never deleted: the audit names them.

    `totp_secret` is sealed; `totp_step` is the last time step a code was accepted for, so that no code works twice.
    `service`: of a program (core.access.tokens). It has no password and never gets one: nobody signs in with it.
    """

    __tablename__ = "accounts_user"
    __table_args__ = keys(UniqueConstraint("tenant_id", "login_name"), Index(None, "tenant_id", "person_id"))

    login_name: Mapped[str] = mapped_column(String(60))
    name: Mapped[str] = mapped_column(String(60))
    name_keys: Mapped[str] = mapped_column(String(120), default="")
    person_id: Mapped[int | None] = mapped_column(BigInteger)
    post: Mapped[str] = mapped_column(String(80), default="")
    state: Mapped[str] = mapped_column(String(10), default=ACTIVE)
    password_hash: Mapped[str] = mapped_column(String(200), default="")
    password_set_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    password_history: Mapped[list[str]] = mapped_column(JSON, default=list)
    must_change_password: Mapped[bool] = mapped_column(Boolean, default=False)
    totp_secret: Mapped[str | None] = mapped_column(String(200))
    totp_step: Mapped[int] = mapped_column(BigInteger, default=0)
    recovery_codes: Mapped[list[str]] = mapped_column(JSON, default=list)
    last_sign_in_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    preferences: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    service: Mapped[bool] = mapped_column(Boolean, default=False)


class Session(TenantScoped, Base):
    """A signed-in browser. The cookie holds a random token; only its hash is here.

    It ends at `idle_until` unless used before, and at `expires_at` in any case; `end` says why it was ended early.
    """

    __tablename__ = "accounts_session"
    __table_args__ = keys(
        UniqueConstraint("tenant_id", "token_hash"),
        tfk("user_id", "accounts_user", ondelete="CASCADE"),
        Index(None, "tenant_id", "user_id"),
    )

    user_id: Mapped[int] = mapped_column(BigInteger)
    token_hash: Mapped[str] = mapped_column(String(64))
    last_seen_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    idle_until: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    revoked_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    end: Mapped[str] = mapped_column(String(20), default="")
    address: Mapped[str] = mapped_column(String(64), default="")
    agent: Mapped[str] = mapped_column(String(200), default="")
    second_factor: Mapped[bool] = mapped_column(Boolean, default=False)


class OneTimeLink(TenantScoped, Base):
    """A link that works once: first admin's activation, password reset by an admin."""

    __tablename__ = "accounts_link"
    __table_args__ = keys(
        UniqueConstraint("tenant_id", "token_hash"),
        tfk("user_id", "accounts_user", ondelete="CASCADE"),
        Index(None, "tenant_id", "user_id"),
    )

    user_id: Mapped[int] = mapped_column(BigInteger)
    purpose: Mapped[str] = mapped_column(String(20))
    token_hash: Mapped[str] = mapped_column(String(64))
    expires_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    used_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)


class Attempt(TenantScoped, Base):
    """Failed sign-ins in a row for one key: an account, an account from one source, or an address.

    Names that no account has are counted like the others, or the lock would tell who exists. Keys are hashes, because
    people type passwords into the field for the name.
    """

    __tablename__ = "accounts_attempt"
    __table_args__ = keys(UniqueConstraint("tenant_id", "kind", "key"), Index(None, "tenant_id", "user_id"))

    kind: Mapped[str] = mapped_column(String(10))
    key: Mapped[str] = mapped_column(String(40))
    user_id: Mapped[int | None] = mapped_column(BigInteger)
    failed_count: Mapped[int] = mapped_column(Integer, default=0)
    last_failed_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    locked_until: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
