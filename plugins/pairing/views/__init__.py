"""Pages of joint creation. Everything that is a list is a ledger; here stand the pages of one record."""

from __future__ import annotations

from . import councils, desk, lists, meetings, pairs, picks, projects, units
from .pages import pages

__all__ = ["councils", "desk", "lists", "meetings", "pages", "pairs", "picks", "projects", "units"]
