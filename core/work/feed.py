"""The calendar as an address for a phone's or a mail program's calendar.

Such programs copy what they read to servers we do not know. The feed therefore names no person and no record: per day it
says how many items of which kind fall due. Module dates come along only when the module says so (`CalendarEntry.feed`).
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections import Counter

from icalendar import Calendar, Event
from sqlalchemy import select

from core.access.contexts import user_context
from core.base.crypto import token_hash
from core.base.i18n import _, use_locale
from core.base.session import session
from core.contracts.errors import NotFound
from core.plugin import CalendarEntry
from core.service import PUBLIC, Context, service

from .inbox import mine
from .models import Feed, WorkItem

BACK, AHEAD = dt.timedelta(days=31), dt.timedelta(days=366)
LENGTH = 43


@service(None, writes=False)
def my_feeds(ctx: Context) -> list[Feed]:
    """My calendar addresses in force."""
    return list(session().scalars(select(Feed).where(Feed.user_id == ctx.actor.id, Feed.revoked_at.is_(None)).order_by(Feed.id)))


@service(None, action="work.feed.make")
def make_feed(ctx: Context) -> str:
    """A new address; earlier ones end. Returns the token, which is shown once and never stored."""
    for old in my_feeds(ctx):
        old.revoked_at = ctx.now()
    token = secrets.token_urlsafe(32)
    made = Feed(user_id=ctx.actor.id, token_hash=token_hash(token))
    session().add(made)
    session().flush()
    ctx.audit("work.feed", made.id, ctx.actor.label)
    return token


@service(None, action="work.feed.revoke")
def revoke_feeds(ctx: Context) -> int:
    """End all my addresses; returns how many there were."""
    ended = my_feeds(ctx)
    for feed in ended:
        feed.revoked_at = ctx.now()
        ctx.audit("work.feed", feed.id, ctx.actor.label)
    return len(ended)


@service(PUBLIC, writes=False)
def read_feed(ctx: Context, token: str) -> bytes:
    """The calendar behind an address, with today's rights of its owner. Raises NotFound for any other token."""
    feed = None
    if len(token) == LENGTH and token.isascii():
        known = select(Feed).where(Feed.token_hash == token_hash(token), Feed.revoked_at.is_(None))
        feed = session().scalars(known).one_or_none()
    reader = user_context(ctx.tenant, ctx.enabled, feed.user_id, via="feed") if feed else None
    if reader is None:
        raise NotFound("feed")
    with use_locale(reader.locale):
        return _written(reader, ctx.tenant.name)


def _written(ctx: Context, name: str) -> bytes:
    start, end = ctx.today() - BACK, ctx.today() + AHEAD
    book = Calendar()
    for key, value in (("prodid", "-//Juheli//work//"), ("version", "2.0"), ("x-wr-calname", _("%(name)s 待办日历", name=name))):
        book.add(key, value)
    due = session().execute(select(WorkItem.due_on, WorkItem.declared, WorkItem.step).where(
        mine(ctx), WorkItem.due_on >= start, WorkItem.due_on <= end))
    for (on, declared, step), count in sorted(Counter(tuple(row) for row in due).items()):
        _add(book, ctx, on, _("%(what)s：%(n)s 项到期", what=_doing(ctx, declared, step), n=count), f"{declared}.{step}")
    for given in ctx.collect("calendar", start=start, end=end):
        entry = given.value
        if given.plugin not in ctx.archived and isinstance(entry, CalendarEntry) and entry.feed and start <= entry.on <= end:
            _add(book, ctx, entry.on, str(entry.title), f"{given.plugin}.{entry.title}", str(entry.source))
    return bytes(book.to_ical())


def _doing(ctx: Context, declared: str, step: str) -> str:
    workflow = ctx.plugins.workflows.get(declared)
    found = workflow.step(step) if workflow else ctx.plugins.reminders.get(declared)
    return str(getattr(found, "label", "") or getattr(found, "title", declared))


def _add(book: Calendar, ctx: Context, on: dt.date, title: str, key: str, source: str = "") -> None:
    event = Event()
    event.add("uid", f"{token_hash(f'{ctx.tenant.id}:{key}:{on}')[:32]}@juheli")
    event.add("dtstamp", ctx.now())
    event.add("dtstart", on)
    event.add("summary", title)
    if source:
        event.add("description", source)
    book.add_component(event)
