"""Pages of notices, the board, suggestions, and the words of notices."""

from __future__ import annotations

from . import wordings as wordings
from .pages import pages

__all__ = ["pages"]
