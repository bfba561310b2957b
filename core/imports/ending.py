"""Ending a batch nobody may go on with: its account was disabled, its access token ended, the right was taken away, or the
module whose records it holds was switched off or archived."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from core.base.i18n import _
from core.base.session import session
from core.contracts.errors import PluginArchived
from core.imports import batches, checking, undoing, writing
from core.imports.models import CHECKING, UNDOING, WRITING, ImportBatch
from core.service import Context


def end(ctx: Context, _running: Any, batch_id: int) -> None:
    """As the tenant's own work: what was done stays, the page says why no more was, and others may undo it."""
    found = session().execute(select(ImportBatch.kind, ImportBatch.state).where(ImportBatch.id == batch_id)).one_or_none()
    owner = ctx.plugins.owner_of(found.kind) if found else ""
    if found is None or owner not in ctx.plugins.by_name:
        return
    try:
        batches.refuse_when_off(ctx, found.kind)
        sentences = _lost()
    except PluginArchived:
        sentences = _off()
    whole = ctx.evolve(enabled=frozenset([*ctx.enabled, owner]))        # only the batch is changed, nothing of the module
    if found.state in sentences:
        step, sentence = sentences[found.state]
        step(whole, batch_id, sentence)


def _lost() -> dict[str, tuple[Any, str]]:
    return {
        CHECKING: (checking.stop, _("导入人已不能导入这类数据（账号停用、访问令牌失效或权限收回），没有检查完。")),
        WRITING: (writing.finish, _("导入人已不能导入这类数据（账号停用、访问令牌失效或权限收回），其余的行没有写入。")),
        UNDOING: (undoing.leave_off, _("导入人已不能导入这类数据（账号停用、访问令牌失效或权限收回），其余的行没有撤销。")),
    }


def _off() -> dict[str, tuple[Any, str]]:
    return {
        CHECKING: (checking.stop, _("这类数据所属的应用已停用或归档，没有检查完。")),
        WRITING: (writing.finish,
                  _("这类数据所属的应用已停用或归档，其余的行没有写入。已写入的行保留，应用重新启用后可以撤销。")),
        UNDOING: (undoing.leave_off, _("这类数据所属的应用已停用或归档，其余的行没有撤销。应用重新启用后可以继续撤销。")),
    }
