"""A session as an entry for calendar programs, which copy what they read to servers we do not know: no names in it."""

from __future__ import annotations

import datetime as dt

from icalendar import Calendar, Event

from core.base.clock import SHANGHAI
from core.base.crypto import token_hash
from core.service import Context

from .models import ClassSession
from .words import CALLED_OFF


def session_ics(ctx: Context, event: ClassSession) -> bytes:
    """One entry per day of the session, at its hours."""
    book = Calendar()
    book.add("prodid", "-//Juheli//training//")
    book.add("version", "2.0")
    for number in range(event.days):
        day = event.on + dt.timedelta(days=number)
        entry = Event()
        entry.add("uid", f"{token_hash(f'{ctx.tenant.id}:training:{event.id}:{number}')[:32]}@juheli")
        entry.add("dtstamp", ctx.now())
        entry.add("dtstart", dt.datetime.combine(day, event.begins, SHANGHAI))
        entry.add("dtend", dt.datetime.combine(day, event.ends, SHANGHAI))
        entry.add("summary", event.title)
        if event.venue:
            entry.add("location", event.venue)
        if event.state == CALLED_OFF:
            entry.add("status", "CANCELLED")
        book.add_component(entry)
    return bytes(book.to_ical())
