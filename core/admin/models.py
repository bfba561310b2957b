"""Settings of modules, one row per tenant and module."""

from __future__ import annotations

from typing import Any

from core.admin.platform.models import Onboarding
from core.base.db import JSON, Base, Mapped, String, TenantScoped, UniqueConstraint, keys, mapped_column


class ModuleSettings(TenantScoped, Base):
    """What the tenant chose for one module; missing names take the schema's defaults."""

    __tablename__ = "admin_module_settings"
    __table_args__ = keys(UniqueConstraint("tenant_id", "module"))

    module: Mapped[str] = mapped_column(String(24))
    chosen: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


__all__ = ["ModuleSettings", "Onboarding"]
