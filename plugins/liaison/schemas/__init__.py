"""What people fill in: settings, records, steps, contacts, stations, gatherings."""

from __future__ import annotations

from .settings import Settings

__all__ = ["Settings"]
