"""The way to the first page, which is made of indicators."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import url_for

from core.base.i18n import _l
from core.plugin import NavItem, SearchHit, hookimpl

from .reports.asked import reports_for


@hookimpl
def nav_items(ctx: Any) -> Iterable[NavItem]:
    """工作台, and 报表 for everybody who may read one."""
    found = [NavItem(_l("工作台"), "home.index", "", icon="house-door", group="work", rank=0, key="g h")]
    if reports_for(ctx):
        found.append(NavItem(_l("报表"), "reports.index", "", icon="file-earmark-text", group="business", rank=51))
    return found


@hookimpl
def search_hits(query: Any, ctx: Any) -> Iterable[SearchHit]:
    """Reports by a part of their title."""
    found = [one for one in reports_for(ctx) if query.text.lower() in str(one.title).lower()]
    return [SearchHit(str(one.title), url_for("reports.show", report=one.name), _l("报表"), one.note)
            for one in found[: query.limit]]
