"""Notices to accounts, bulletins of organisations, suggestions and complaints to the tenant's admins."""

from __future__ import annotations

import datetime as dt

from core.base.db import (
    Base,
    BigInteger,
    Boolean,
    Date,
    Index,
    Mapped,
    OrgScoped,
    String,
    TenantScoped,
    Text,
    UniqueConstraint,
    UTCDateTime,
    keys,
    mapped_column,
    tfk,
)
from core.base.leaks import without_leaks

SENT, ANSWERED = "sent", "answered"
DRAFT, PUBLISHED, ENDED, WITHDRAWN = "draft", "published", "ended", "withdrawn"


class Wording(TenantScoped, Base):
    """The tenant's own words for a notice that a module declares; "" is the module's own in that language."""

    __tablename__ = "notify_wording"
    __table_args__ = keys(UniqueConstraint("tenant_id", "name"))

    name: Mapped[str] = mapped_column(String(64))
    zh: Mapped[str] = mapped_column(String(2000), default="")
    en: Mapped[str] = mapped_column(String(2000), default="")


class Notice(TenantScoped, Base):
    """One sentence for one account, with the address it leads to (inside the tenant, without the host)."""

    __tablename__ = "notify_notice"
    __table_args__ = keys(
        Index(None, "tenant_id", "user_id", "read_at", "at"), tfk("user_id", "accounts_user", ondelete="CASCADE"))

    user_id: Mapped[int] = mapped_column(BigInteger)
    title: Mapped[str] = mapped_column(String(200))
    url: Mapped[str] = mapped_column(String(300), default="")
    source: Mapped[str] = mapped_column(String(24), default="")
    at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    read_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)


class Bulletin(OrgScoped, TenantScoped, Base):
    """A notice on the board of an organisation and everything below it, from-to.

    `title` and `body` are as written, `shown_title` and `shown_body` as published (names masked where asked for).
    Published text never changes; a mistake is withdrawn and written anew.
    """

    __tablename__ = "notify_bulletin"
    __table_args__ = keys(Index(None, "tenant_id", "state", "starts_on"), tfk("org_id", "people_org_unit"))

    org_id: Mapped[int] = mapped_column(BigInteger)
    title: Mapped[str] = mapped_column(String(120))
    body: Mapped[str] = mapped_column(Text)
    shown_title: Mapped[str] = mapped_column(String(120), default="")
    shown_body: Mapped[str] = mapped_column(Text, default="")
    mask_names: Mapped[bool] = mapped_column(Boolean, default=False)
    starts_on: Mapped[dt.date] = mapped_column(Date)
    ends_on: Mapped[dt.date] = mapped_column(Date)
    objection_until: Mapped[dt.date | None] = mapped_column(Date)
    objection_to: Mapped[str] = mapped_column(String(200), default="")
    state: Mapped[str] = mapped_column(String(12), default=DRAFT)
    published_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    published_by: Mapped[str] = mapped_column(String(80), default="")

    @property
    def safe_title(self) -> str:
        """The title as it may be shown before publication: personal numbers masked."""
        return self.shown_title or without_leaks(self.title)

    @property
    def safe_objection_to(self) -> str:
        return without_leaks(self.objection_to)


class Feedback(TenantScoped, Base):
    """A suggestion or complaint of somebody signed in, about the system or the burden it makes; read by those who answer it.

    `page` is the address inside the tenant it was sent from. The sender sees the answer.
    """

    __tablename__ = "notify_feedback"
    __table_args__ = keys(
        Index(None, "tenant_id", "user_id", "sent_on"), Index(None, "tenant_id", "state", "sent_on"),
        tfk("user_id", "accounts_user"))

    user_id: Mapped[int] = mapped_column(BigInteger)
    user_name: Mapped[str] = mapped_column(String(80))
    kind: Mapped[str] = mapped_column(String(12))
    subject: Mapped[str] = mapped_column(String(120))
    body: Mapped[str] = mapped_column(Text)
    page: Mapped[str] = mapped_column(String(300), default="")
    sent_on: Mapped[dt.date] = mapped_column(Date)
    state: Mapped[str] = mapped_column(String(12), default=SENT)
    answer: Mapped[str] = mapped_column(Text, default="")
    answered_on: Mapped[dt.date | None] = mapped_column(Date)
    answered_by: Mapped[str] = mapped_column(String(80), default="")
