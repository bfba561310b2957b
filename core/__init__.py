"""Juheli 聚合力: community Party-building work, one tenant per county or street."""

from __future__ import annotations

__version__ = "0.1.0"
