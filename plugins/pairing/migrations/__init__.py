"""Schema history of the module."""

from __future__ import annotations
