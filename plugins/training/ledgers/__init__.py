"""The registers of training."""

from __future__ import annotations

from .hours import certificates, coverage, entries, hours, hours_past, short
from .plans import courses, needs, plan
from .sessions import attendance, new_secretaries, sessions

__all__ = ["attendance", "certificates", "courses", "coverage", "entries", "hours", "hours_past", "needs", "new_secretaries",
           "plan", "sessions", "short"]
