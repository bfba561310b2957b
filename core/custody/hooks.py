"""Menu entries: the tenant's own data, and the operators' custody of all."""

from __future__ import annotations

from collections.abc import Iterable

from core.base.i18n import _l
from core.plugin import NavItem, hookimpl
from core.service import Context


@hookimpl
def nav_items(ctx: Context) -> Iterable[NavItem]:
    return (
        NavItem(_l("数据存档"), "custody.index", "custody.archive.ask", "archive", "manage", 58),
        NavItem(_l("数据保管"), "keeping.index", "tenancy.tenant.keep", "archive", "manage", 8),
    )
