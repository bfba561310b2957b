"""Menu entry of the documents, beside the tokens."""

from __future__ import annotations

from collections.abc import Iterable

from core.base.i18n import _l
from core.plugin import NavItem, hookimpl
from core.service import Context


@hookimpl
def nav_items(ctx: Context) -> Iterable[NavItem]:
    return (NavItem(_l("接口文档"), "api.index", "access.token.manage", "file-earmark-text", "manage", 33),)
