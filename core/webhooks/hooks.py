"""The entry in the menu."""

from __future__ import annotations

from collections.abc import Iterable

from core.base.i18n import _l
from core.plugin import NavItem, hookimpl
from core.service import Context

from .sending import MANAGE


@hookimpl
def nav_items(ctx: Context) -> Iterable[NavItem]:
    """For those who manage webhooks of the whole tenant; the platform has none."""
    if ctx.tenant.kind == "platform" or not ctx.may(MANAGE, ""):
        return ()
    return (NavItem(_l("事件推送"), "webhooks.index", MANAGE, "broadcast-pin", "manage", 33),)
