"""Pages of accounts."""

from __future__ import annotations

from . import devices, links, own, sign_in, users
from .area import pages

__all__ = ["devices", "links", "own", "pages", "sign_in", "users"]
