"""The way to the first page, which is made of indicators."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from core.base.i18n import _l
from core.plugin import NavItem, hookimpl


@hookimpl
def nav_items(ctx: Any) -> Iterable[NavItem]:
    """工作台."""
    return [NavItem(_l("工作台"), "home.index", "", icon="house-door", group="work", rank=0, key="g h")]
