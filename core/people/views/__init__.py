"""Pages of organisations and people, by noun."""

from __future__ import annotations

from . import acts, checks, grids, merging, orgs, overview, person, reorganise
from .pages import pages

__all__ = ["acts", "checks", "grids", "merging", "orgs", "overview", "pages", "person", "reorganise"]
