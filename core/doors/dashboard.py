"""The parts of the first page that come from the inbox, the ledgers and the modules."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from flask import current_app, url_for

from core.base.i18n import _
from core.ledgers.catalogue import groups
from core.ledgers.listing import offered
from core.notify.services import board
from core.plugin import Panel
from core.service import Context
from core.web.panels import drawn
from core.work import inbox
from core.work.show import title_of

MOST_TODOS = 6
MOST_SHORTCUTS = 8
MOST_POSTED = 5


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits for the actor: counts, and the most pressing items as (text, address, note, tag, tone)."""

    counts: inbox.Counts
    items: list[tuple[str, str, str, str, str]]
    url: str


def waiting(ctx: Context) -> Waiting:
    """Two statements."""
    items = [(title_of(ctx, item), address("work.item", item_id=item.id), item.subject if item.title else "",
              *due_tag(item.due_on, ctx.today())) for item in inbox.for_actor(ctx, MOST_TODOS)]
    return Waiting(inbox.counts(ctx), items, address("work.inbox"))


def posted(ctx: Context) -> list[tuple[str, str, str, str, str]]:
    """What hangs on the boards that concern the actor, for the same kind of list."""
    return [(one.shown_title, address("notify.posted", bulletin_id=one.id), one.starts_on.isoformat(), "", "")
            for one in board(ctx, MOST_POSTED)]


def due_tag(due: dt.date | None, today: dt.date) -> tuple[str, str]:
    """(word, tone) of a due date; empty when there is none."""
    if due is None:
        return "", ""
    days = (due - today).days
    if days < 0:
        return _("逾期 %(n)s 天", n=-days), "err"
    if days == 0:
        return _("今日到期"), "err"
    return (_("剩 %(n)s 天", n=days), "warn" if days <= 7 else "")


def address(endpoint: str, **values: Any) -> str:
    """The address of a page that is mounted, else ""."""
    return url_for(endpoint, **values) if endpoint in current_app.view_functions else ""


def shortcuts(ctx: Context) -> list[tuple[str, str, str]]:
    """(icon, label, address): the first things one does with each ledger, then the ledgers themselves."""
    listed = [ledger for group in groups(ctx) for ledger in group.ledgers]
    found = [(ledger.icon, str(a.label), url_for(a.endpoint)) for ledger in listed
             for a in offered(ledger.actions, ctx) if a.primary and a.method == "get"]
    found += [(ledger.icon, str(ledger.title), url_for("ledgers.show", name=ledger.name)) for ledger in listed]
    return found[:MOST_SHORTCUTS]


@dataclass(frozen=True, slots=True)
class Box:
    """A module's box, drawn; `side` puts it into the narrow column."""

    title: str
    body: str
    side: bool


def panels(ctx: Context) -> list[Box]:
    """Boxes that modules add to the first page, those the actor may see, by rank (below 100: narrow column)."""
    found = [c for c in ctx.collect("panels", slot="dashboard", subject=None) if isinstance(c.value, Panel)]
    seen = [c for c in found if not c.value.permission or ctx.may(c.value.permission)]
    return [Box(str(c.value.title), drawn(c.value), c.value.rank < 100) for c in sorted(seen, key=lambda c: c.value.rank)]
