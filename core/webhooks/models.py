"""Webhooks of a tenant, their secrets, and one row per webhook and event that is to be told."""

from __future__ import annotations

import datetime as dt
from typing import Any

from core.base.db import (
    JSON,
    Base,
    BigInteger,
    Index,
    Integer,
    Mapped,
    String,
    TenantScoped,
    UTCDateTime,
    keys,
    mapped_column,
    tfk,
    to_many,
)

ACTIVE, PAUSED, STOPPED = "active", "paused", "stopped"     # of a webhook; stopped: by the house, after many failures
WAITING, HELD, DELIVERED, FAILED = "waiting", "held", "delivered", "failed"     # of a delivery; held: its webhook rests


class Webhook(TenantScoped, Base):
    """An address and the kinds of events that are told there.

    failures       attempts in a row that failed; failing_since: the first of them
    rest_until     nothing is tried before, because the address could not be reached
    `version` counts changes by people; what the deliveries note here does not change it.
    """

    __tablename__ = "webhooks_hook"

    name: Mapped[str] = mapped_column(String(60))
    url: Mapped[str] = mapped_column(String(500))
    kinds: Mapped[list[str]] = mapped_column(JSON, default=list)
    state: Mapped[str] = mapped_column(String(10), default=ACTIVE)
    reason: Mapped[str] = mapped_column(String(20), default="")
    made_by: Mapped[str] = mapped_column(String(80), default="")
    failures: Mapped[int] = mapped_column(Integer, default=0)
    failing_since: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    rest_until: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    delivered_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    secrets = to_many("Webhook", "WebhookSecret", "hook_id", viewonly=True)

    @property
    def has_secret(self) -> bool:
        """False for one that arrived in an archive and was not given a secret here yet."""
        return bool(self.secrets)


class WebhookSecret(TenantScoped, Base):
    """A signing secret, sealed. After an exchange the old one signs beside the new one until `ends_at`.

    A table of its own because it stays behind when a tenant travels: a webhook that arrived elsewhere, or was restored
    beside the live one, has no secret, and sends nothing before somebody there has made one.
    """

    __tablename__ = "webhooks_secret"
    __table_args__ = keys(tfk("hook_id", "webhooks_hook", ondelete="CASCADE"), Index(None, "tenant_id", "hook_id"))

    hook_id: Mapped[int] = mapped_column(BigInteger)
    sealed: Mapped[str] = mapped_column(String(200))
    ends_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)


class Delivery(TenantScoped, Base):
    """One event for one webhook. Its id is the `webhook-id` of every attempt, also of a replay.

    data           what is told: numbers, dates, codes (core.plugin.Fact); never personal data
    at             when it happened; since: since when it has been tried, and `attempts` how often since then (a replay
                   begins anew; before the first attempt it is when it was put in the queue)
    status, ms, error, tried_at   the last attempt; `tries` lists the last thirty
    """

    __tablename__ = "webhooks_delivery"
    __table_args__ = keys(
        tfk("hook_id", "webhooks_hook", ondelete="CASCADE"), Index(None, "tenant_id", "hook_id", "state", "at"),
        Index(None, "tenant_id", "hook_id", "at"), Index(None, "tenant_id", "at"))

    hook_id: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(String(80))
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
    at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    since: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    state: Mapped[str] = mapped_column(String(10), default=WAITING)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    tried_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    status: Mapped[int | None] = mapped_column(Integer)
    ms: Mapped[int | None] = mapped_column(Integer)
    error: Mapped[str] = mapped_column(String(20), default="")
    tries: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
