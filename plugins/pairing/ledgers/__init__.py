"""The seven registers of joint creation (domain.md §2.2), the units and the resolutions of councils."""

from __future__ import annotations

from .given import contributions
from .lists import needs, projects, resources
from .meetings import activities, contact_points, resolutions, reviews, summaries
from .pairs import pairs, units

__all__ = ["activities", "contact_points", "contributions", "needs", "pairs", "projects", "resolutions", "resources", "reviews",
           "summaries", "units"]
