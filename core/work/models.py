"""History of records, inbox items, deputies, form drafts and calendar feeds.

Transitions and items carry an `org_path` but are no OrgScoped rows: an item stands where the NEXT step is to be made,
which often lies outside the subtree of whoever made the last one. Who may see an item is decided by core.work.inbox.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from core.base.db import (
    JSON,
    PATH,
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

OPEN, IN_PROGRESS, FOR_REVIEW, RETURNED, DONE, CANCELLED = (
    "open", "in_progress", "for_review", "returned", "done", "cancelled")
WAITING = (OPEN, IN_PROGRESS, FOR_REVIEW, RETURNED)


class Transition(TenantScoped, Base):
    """One step a record made. Written once, never changed.

    `rule` is the rule that moved it (steps of time), `data` what was filled in, without personal values in clear,
    `happened_on` the day the fact belongs to; `late` (补录) says that it was entered well after that day.
    """

    __tablename__ = "work_transition"
    __table_args__ = keys(Index(None, "tenant_id", "record_kind", "record_id", "at"), Index(None, "tenant_id", "actor_id"))

    record_kind: Mapped[str] = mapped_column(String(80))
    record_id: Mapped[int] = mapped_column(BigInteger)
    step: Mapped[str] = mapped_column(String(40))
    from_state: Mapped[str] = mapped_column(String(40))
    to_state: Mapped[str] = mapped_column(String(40))
    actor_kind: Mapped[str] = mapped_column(String(12))
    actor_id: Mapped[int | None] = mapped_column(BigInteger)
    actor_name: Mapped[str] = mapped_column(String(80))
    acting_role: Mapped[str] = mapped_column(String(60), default="")
    org_path: Mapped[str] = mapped_column(PATH)
    at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    happened_on: Mapped[dt.date] = mapped_column(Date)
    late: Mapped[bool] = mapped_column(Boolean, default=False)
    reason: Mapped[str] = mapped_column(String(500), default="")
    data: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    rule: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    rule_pack: Mapped[str] = mapped_column(String(40), default="")


class WorkItem(TenantScoped, Base):
    """Something that waits for somebody. `declared` is the workflow (`step` names the step) or the reminder (`step` "").

    `permission` on `org_path` lets one do it; `guard` shows the record. `due_on` was computed once, with `rule`.
    Without an assignee it belongs to everybody who holds the permission there.
    """

    __tablename__ = "work_item"
    __table_args__ = keys(
        UniqueConstraint("tenant_id", "dedup_key"),
        tfk("assignee_id", "accounts_user"),
        Index(None, "tenant_id", "state", "permission", "org_path"),
        Index(None, "tenant_id", "record_kind", "record_id"),
        Index(None, "tenant_id", "declared", "state"),
        Index(None, "tenant_id", "opened_by_id", "opened_at"),
        Index(None, "tenant_id", "closed_by_id", "closed_at"),
    )

    source: Mapped[str] = mapped_column(String(24))
    declared: Mapped[str] = mapped_column(String(80))
    step: Mapped[str] = mapped_column(String(40), default="")
    record_kind: Mapped[str] = mapped_column(String(80))
    record_id: Mapped[int] = mapped_column(BigInteger)
    subject: Mapped[str] = mapped_column(String(160))
    title: Mapped[str] = mapped_column(String(200), default="")
    org_path: Mapped[str] = mapped_column(PATH)
    permission: Mapped[str] = mapped_column(String(80))
    guard: Mapped[str] = mapped_column(String(80))
    state: Mapped[str] = mapped_column(String(12), default=OPEN)
    opened_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    opened_by_id: Mapped[int | None] = mapped_column(BigInteger)
    opened_by_name: Mapped[str] = mapped_column(String(80), default="")
    due_on: Mapped[dt.date | None] = mapped_column(Date)
    rule: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    assignee_id: Mapped[int | None] = mapped_column(BigInteger)
    assignee_name: Mapped[str] = mapped_column(String(80), default="")
    handed_by_id: Mapped[int | None] = mapped_column(BigInteger)
    handed_by_name: Mapped[str] = mapped_column(String(80), default="")
    handed_reason: Mapped[str] = mapped_column(String(200), default="")
    closed_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    closed_by_id: Mapped[int | None] = mapped_column(BigInteger)
    closed_by_name: Mapped[str] = mapped_column(String(80), default="")
    outcome: Mapped[str] = mapped_column(String(200), default="")
    dedup_key: Mapped[str | None] = mapped_column(String(160))

    @property
    def waiting(self) -> bool:
        return self.state in WAITING


class Delegation(TenantScoped, Base):
    """Somebody looks after a colleague's items from-to. It lends eyes, not powers: permissions stay one's own."""

    __tablename__ = "work_delegation"
    __table_args__ = keys(tfk("user_id", "accounts_user"), tfk("deputy_id", "accounts_user"))

    user_id: Mapped[int] = mapped_column(BigInteger)
    user_name: Mapped[str] = mapped_column(String(80))
    deputy_id: Mapped[int] = mapped_column(BigInteger)
    deputy_name: Mapped[str] = mapped_column(String(80))
    starts_on: Mapped[dt.date] = mapped_column(Date)
    ends_on: Mapped[dt.date] = mapped_column(Date)
    note: Mapped[str] = mapped_column(String(200), default="")
    ended_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)


class Draft(TenantScoped, Base):
    """What somebody typed into a form and did not save yet; fields marked sensitive are never in it."""

    __tablename__ = "work_draft"
    __table_args__ = keys(
        UniqueConstraint("tenant_id", "user_id", "form", "record_id"), tfk("user_id", "accounts_user", ondelete="CASCADE"))

    user_id: Mapped[int] = mapped_column(BigInteger)
    form: Mapped[str] = mapped_column(String(80))
    record_id: Mapped[int] = mapped_column(BigInteger, default=0)
    fields: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    saved_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)


class Feed(TenantScoped, Base):
    """A calendar address of one account. Only the hash of its token is kept; revoked by its owner."""

    __tablename__ = "work_feed"
    __table_args__ = keys(
        UniqueConstraint("tenant_id", "token_hash"), tfk("user_id", "accounts_user", ondelete="CASCADE"))

    user_id: Mapped[int] = mapped_column(BigInteger)
    token_hash: Mapped[str] = mapped_column(String(64))
    revoked_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    read_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
