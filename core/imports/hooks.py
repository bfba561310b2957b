"""The menu entry, for those who may import something."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from core.base.i18n import _l
from core.imports.batches import kinds
from core.plugin import NavItem, hookimpl


@hookimpl
def nav_items(ctx: Any) -> Iterable[NavItem]:
    if not kinds(ctx):
        return ()
    return (NavItem(_l("数据导入"), "imports.index", "", icon="file-earmark-arrow-up", group="manage", rank=60),)
