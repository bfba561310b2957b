"""The blueprint of work."""

from __future__ import annotations

from core.web import Pages

pages = Pages("work", "core.work")
