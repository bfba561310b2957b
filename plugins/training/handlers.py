"""What the module hears from others."""

from __future__ import annotations

import datetime as dt

from core.contracts.events import LearningHoursEarned, PersonMoved
from core.events.outbox import handles
from core.service import Context, system_context

from .services.following import credit_event, follow_move


@handles(LearningHoursEarned)
def credit_hours(ctx: Context, event: LearningHoursEarned) -> None:
    """Hours of anything attended elsewhere (return-home education, a Party lecture). Told twice, credited once."""
    credit_event(system_context(ctx.tenant, ctx.enabled, "training"), person_id=event.person_id,
                 on=dt.date.fromisoformat(event.on),
                 minutes=event.minutes, title=event.title, source=event.source, source_id=event.source_id)


@handles(PersonMoved)
def follow_person(ctx: Context, event: PersonMoved) -> None:
    follow_move(system_context(ctx.tenant, ctx.enabled, "training"), event.person_id)
