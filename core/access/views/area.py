"""The pages of this module."""

from __future__ import annotations

from core.web import Pages

pages = Pages("access", __package__, audience="both")
