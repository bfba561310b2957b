"""Tables of tenant settings."""

from __future__ import annotations

import datetime as dt
from typing import Any

from core.base.db import (
    JSON,
    Base,
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
)


class DictionaryEntry(TenantScoped, Base):
    """A tenant's own entry of a list, or its change to a declared one (same kind and code).

    `base` is the declared code it counts as in roll-ups across tenants. An empty `label` is the declared word, in the
    reader's language.
    """

    __tablename__ = "settings_dictionary"
    __table_args__ = keys(UniqueConstraint("tenant_id", "kind", "code"))

    kind: Mapped[str] = mapped_column(String(40))
    code: Mapped[str] = mapped_column(String(40))
    label: Mapped[str] = mapped_column(String(60))
    base: Mapped[str] = mapped_column(String(40))
    active: Mapped[bool] = mapped_column(Boolean, default=True)
    rank: Mapped[int] = mapped_column(Integer, default=100)


class ModuleSettings(TenantScoped, Base):
    """What the tenant chose for one module; missing names take the schema's defaults."""

    __tablename__ = "settings_module"
    __table_args__ = keys(UniqueConstraint("tenant_id", "module"))

    module: Mapped[str] = mapped_column(String(24))
    chosen: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


class SettingChange(TenantScoped, Base):
    """One setting of a module changed: from what to what (as JSON has it), by whom. `masked`: a secret, of which only the
    change is kept; `undone_at`: when it was taken back.
    """

    __tablename__ = "settings_change"
    __table_args__ = keys(Index(None, "tenant_id", "module", "at"))

    module: Mapped[str] = mapped_column(String(24))
    setting: Mapped[str] = mapped_column(String(60))
    before: Mapped[Any | None] = mapped_column(JSON)
    after: Mapped[Any | None] = mapped_column(JSON)
    masked: Mapped[bool] = mapped_column(Boolean, default=False)
    at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    by_name: Mapped[str] = mapped_column(String(80), default="")
    undone_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
