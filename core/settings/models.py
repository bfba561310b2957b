"""Tables of tenant settings."""

from __future__ import annotations

from typing import Any

from core.base.db import JSON, Base, Boolean, Integer, Mapped, String, TenantScoped, UniqueConstraint, keys, mapped_column


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
