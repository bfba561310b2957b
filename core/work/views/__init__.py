"""Pages of work: the inbox, records in a workflow, the calendar."""

from __future__ import annotations

from . import inbox, records  # noqa: F401  (their pages)
from .pages import pages

__all__ = ["pages"]
