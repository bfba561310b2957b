"""The entry in the menu of those who manage a tenant, or the platform."""

from __future__ import annotations

from collections.abc import Iterable

from core.base.i18n import _l
from core.plugin import NavItem, hookimpl
from core.service import Context


@hookimpl
def nav_items(ctx: Context) -> Iterable[NavItem]:
    return (NavItem(_l("隔离检验"), "isolation.index", "isolation.proof.read", "shield-check", "manage", 65),)
