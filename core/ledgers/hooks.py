"""What the ledgers add to other pages."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import url_for

from core.base.i18n import _l
from core.plugin import NavItem, SearchHit, hookimpl

from .catalogue import groups


@hookimpl
def nav_items(ctx: Any) -> Iterable[NavItem]:
    """台账, for everybody who may read one."""
    return [NavItem(_l("台账"), "ledgers.index", "", icon="journal-text", group="business", rank=50, key="g t")]


@hookimpl
def search_hits(query: Any, ctx: Any) -> Iterable[SearchHit]:
    """Ledgers by a part of their title."""
    listed = [ledger for group in groups(ctx) for ledger in group.ledgers]
    found = [item for item in listed if query.text.lower() in str(item.title).lower()]
    return [SearchHit(str(item.title), url_for("ledgers.show", name=item.name), _l("台账"), item.note)
            for item in found[: query.limit]]
