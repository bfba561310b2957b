"""Pages of roles, grants, explanations and access tokens."""

from __future__ import annotations

from . import explain, grants, roles
from .area import pages
from .tokens import token_pages

__all__ = ["explain", "grants", "pages", "roles", "token_pages"]
