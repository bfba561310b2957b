"""Ending a batch nobody may go on with: its account was disabled, its access token ended, or the right was taken away."""

from __future__ import annotations

from typing import Any

from core.base.i18n import _
from core.contracts.errors import NotFound
from core.imports import batches, checking, undoing, writing
from core.imports.models import CHECKING, UNDOING, WRITING
from core.service import Context


def end(ctx: Context, _running: Any, batch_id: int) -> None:
    """As the tenant's own work: what was done stays, the page says why no more was, and others may undo it."""
    try:
        state = batches.batch_of(ctx, batch_id).state
    except NotFound:
        return
    if state == CHECKING:
        checking.stop(ctx, batch_id, _("导入人已不能导入这类数据（账号停用、访问令牌失效或权限收回），没有检查完。"))
    elif state == WRITING:
        writing.finish(ctx, batch_id, _("导入人已不能导入这类数据（账号停用、访问令牌失效或权限收回），其余的行没有写入。"))
    elif state == UNDOING:
        undoing.leave_off(ctx, batch_id, _("导入人已不能导入这类数据（账号停用、访问令牌失效或权限收回），其余的行没有撤销。"))
