"""Pages of roles, grants and explanations."""

from __future__ import annotations

from . import explain, grants, roles
from .area import pages

__all__ = ["explain", "grants", "pages", "roles"]
