"""Tables of the admin's and operators' pages."""

from __future__ import annotations

from core.admin.platform.models import Onboarding, PluginTrouble

__all__ = ["Onboarding", "PluginTrouble"]
