"""What people fill in: settings, courses, needs, plans, sessions, attendance."""

from __future__ import annotations

from .settings import Settings

__all__ = ["Settings"]
