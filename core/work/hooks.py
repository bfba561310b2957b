"""What work contributes to the shell: menu, search, dashboard."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import url_for

from core.base.i18n import _, _l
from core.base.session import session
from core.plugin import NavItem, SearchHit, hookimpl
from core.service import Context

from .inbox import Narrowing, counts, listed
from .show import rows


@hookimpl
def nav_items(ctx: Context) -> Iterable[NavItem]:
    """The inbox with its count, and the calendar."""
    if ctx.actor.kind != "user":
        return ()
    return (
        NavItem(_l("待办"), "work.inbox", "", icon="inbox", rank=10, key="g i", count=counts(ctx).waiting),
        NavItem(_l("日历"), "work.calendar", "", icon="calendar3", rank=20, key="g c"),
    )


@hookimpl
def search_hits(query: Any, ctx: Context) -> Iterable[SearchHit]:
    """Items of one's own whose subject holds the words."""
    found = session().scalars(listed(ctx, "mine", Narrowing(text=query.text)).limit(query.limit)).all()
    return [SearchHit(row.title, url_for("work.item", item_id=row.item.id), _("待办"),
                      " · ".join(part for part in (row.kind, row.org, row.due.text if row.due else "") if part))
            for row in rows(ctx, found)]
