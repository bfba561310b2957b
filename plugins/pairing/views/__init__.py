"""Pages of joint creation. Everything that is a list is a ledger; here stand the pages of one record."""

from __future__ import annotations

from . import councils, desk, lists, pairs, picks, projects, units
from .pages import pages

__all__ = ["councils", "desk", "lists", "pages", "pairs", "picks", "projects", "units"]
