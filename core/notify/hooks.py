"""What notices contribute: menu, calendar, dashboard."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import url_for

from core.base.i18n import _, _l
from core.plugin import CalendarEntry, NavItem, hookimpl
from core.service import Context

from .notices import unread
from .services import board


@hookimpl
def nav_items(ctx: Context) -> Iterable[NavItem]:
    """Notices with the count of unread ones, the board, and its management."""
    if ctx.actor.kind != "user":
        return ()
    return (
        NavItem(_l("消息"), "notify.index", "", icon="bell", rank=30, count=unread(ctx)),
        NavItem(_l("公告栏"), "notify.board", "", icon="megaphone", rank=40),
        NavItem(_l("公告管理"), "notify.manage", "notify.bulletin.write", icon="clipboard-plus", group="manage", rank=300),
    )


@hookimpl
def calendar(start: Any, end: Any, ctx: Context) -> Iterable[CalendarEntry]:
    """Last days for objections to what hangs on the board."""
    return [CalendarEntry(one.objection_until, _("异议截止：%(title)s", title=one.shown_title),
                          url_for("notify.posted", bulletin_id=one.id), _("公告写明的异议期限"))
            for one in board(ctx) if one.objection_until and start <= one.objection_until <= end]
