"""What the module hears from others, and what it answers them."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select

from core.base.db import session
from core.base.scope import beyond_subtree
from core.contracts.capabilities import MobileMembers
from core.contracts.events import PersonMoved
from core.events.outbox import handles, provides
from core.service import Context, system_context

from .models import MobileRecord
from .services.following import follow_move


@handles(PersonMoved)
def follow_person(ctx: Context, event: PersonMoved) -> None:
    """A transfer ends the stay away, or gives it another home branch. Done by the system, whoever moved the person."""
    own = system_context(ctx.tenant, ctx.enabled, "liaison")
    follow_move(own, person_id=event.person_id, to_org_id=event.to_org_id, on=dt.date.fromisoformat(event.on))


@provides(MobileMembers)
class Away:
    """Who cannot be expected at meetings of the home branch."""

    def away(self, person_ids: list[int]) -> set[int]:
        """Those of `person_ids` with an open outflow record."""
        if not person_ids:
            return set()
        rows = select(MobileRecord.person_id).where(MobileRecord.open_of.in_(person_ids), MobileRecord.direction == "outflow")
        with beyond_subtree("liaison: whether somebody is away is no secret of the branch that asks"):
            return set(session().scalars(rows))
