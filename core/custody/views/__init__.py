"""Pages: a tenant's own archive, the operators' custody of all tenants."""

from __future__ import annotations

from .keeping import pages as keeping_pages
from .own import pages as own_pages
from .removals import pages as removal_pages

__all__ = ["keeping_pages", "own_pages", "removal_pages"]
