"""The one table of the test module."""

from __future__ import annotations

import datetime as dt

from core.base.db import PATH, Base, Date, Index, Integer, Mapped, OrgScoped, String, TenantScoped, keys, mapped_column


class Case(OrgScoped, TenantScoped, Base):
    """A case at `org_path` that may be sent to `taker_path`."""

    __tablename__ = "casework_case"
    __scope_paths__ = ("org_path", "taker_path")
    __table_args__ = keys(Index(None, "tenant_id", "state"))

    name: Mapped[str] = mapped_column(String(60))
    state: Mapped[str] = mapped_column(String(20), default="")
    taker_path: Mapped[str | None] = mapped_column(PATH)
    contact: Mapped[str] = mapped_column(String(60), default="")
    touched_on: Mapped[dt.date | None] = mapped_column(Date)
    effects: Mapped[int] = mapped_column(Integer, default=0)
