"""What people fill in."""

from __future__ import annotations

from .settings import Settings

__all__ = ["Settings"]
