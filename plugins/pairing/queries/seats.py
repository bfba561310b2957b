"""Councils and who sits in them: seen by their own side, and by units that have a seat."""

from __future__ import annotations

from sqlalchemy import select

from core.base.db import session
from core.base.scope import beyond_subtree
from core.contracts.errors import NotFound
from core.service import Context

from ..models import Council, CouncilMember
from ..sides import UNIT_ACT

PROPOSE = "pairing.topic.propose"


def seats_in_sight(council: Council) -> list[CouncilMember]:
    """Seats of units that lie in the reader's subtrees."""
    return list(session().scalars(select(CouncilMember).where(
        CouncilMember.council_id == council.id, CouncilMember.ends_on.is_(None), CouncilMember.unit_id.is_not(None))
        .order_by(CouncilMember.id)))


def own_seat(ctx: Context, council: Council) -> CouncilMember | None:
    """A seat for whose unit the reader acts. Whoever looks after the place above a unit sees its seat; he does not sit on it."""
    return next((seat for seat in seats_in_sight(council) if ctx.may(UNIT_ACT, seat.unit_path)), None)


def council_in_sight(ctx: Context, council_id: int) -> Council:
    """A council of the reader's own part of the tenant, or one in which a unit of his has a seat. Raises NotFound."""
    with beyond_subtree("pairing: judged by the place or by a seat"):
        council = session().scalars(select(Council).where(Council.id == council_id)).one_or_none()
    if council is None:
        raise NotFound("council")
    if not ctx.may("pairing.council.read", council.org_path) and not seats_in_sight(council):
        raise NotFound("council")
    return council


def may_propose(ctx: Context, council: Council) -> bool:
    """Whether the reader may hand in topics, for the page: for the council's own side, or for a unit with a seat."""
    return ctx.may(PROPOSE, council.org_path) or (ctx.may(PROPOSE) and own_seat(ctx, council) is not None)
