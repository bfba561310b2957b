"""The blueprint of the module."""

from __future__ import annotations

from typing import Any

from core.settings.modules import settings_of
from core.web import Pages, ctx

pages = Pages("liaison", "plugins.liaison")


def setting(name: str) -> Any:
    """A setting of the module in this tenant."""
    return settings_of(ctx().plugins, "liaison")[name]


def number_asked(text: str | None) -> int | None:
    """An id from an address, None for anything that is none."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 17 else None
