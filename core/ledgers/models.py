"""Saved views of ledgers."""

from __future__ import annotations

from core.base.db import (
    Base,
    BigInteger,
    Index,
    Mapped,
    String,
    TenantScoped,
    keys,
    mapped_column,
    tfk,
)

ME, ROLE, TENANT, LAYOUT = "me", "role", "tenant", "layout"


class SavedView(TenantScoped, Base):
    """A query string of one ledger under a name: the reader's own, or shared with a role or with everybody.

    audience: me | role | tenant | layout; the one row `layout` per account and ledger has no name and holds the
    columns its owner chose. A shared view shows everybody only the rows of their own scope.
    """

    __tablename__ = "ledgers_view"
    __table_args__ = keys(tfk("owner_id", "accounts_user"), Index(None, "tenant_id", "ledger"))

    ledger: Mapped[str] = mapped_column(String(60))
    audience: Mapped[str] = mapped_column(String(10), default=ME)
    role_id: Mapped[int | None] = mapped_column(BigInteger)
    owner_id: Mapped[int] = mapped_column(BigInteger)
    owner_name: Mapped[str] = mapped_column(String(80), default="")
    name: Mapped[str] = mapped_column(String(30), default="")
    query: Mapped[str] = mapped_column(String(2000), default="")
