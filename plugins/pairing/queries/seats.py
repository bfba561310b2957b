"""Councils and who sits in them: seen by their own side, and by units that have a seat."""

from __future__ import annotations

from sqlalchemy import select

from core.base.db import session
from core.base.scope import beyond_subtree
from core.contracts.errors import NotFound
from core.service import Context

from ..models import Council, CouncilMember


def own_seat(ctx: Context, council: Council) -> CouncilMember | None:
    """A seat that lies in the reader's subtrees."""
    return session().scalars(select(CouncilMember).where(
        CouncilMember.council_id == council.id, CouncilMember.ends_on.is_(None), CouncilMember.unit_id.is_not(None))
        .limit(1)).one_or_none()


def council_in_sight(ctx: Context, council_id: int) -> Council:
    """A council of the reader's own part of the tenant, or one in which a unit of his has a seat. Raises NotFound."""
    with beyond_subtree("pairing: judged by the place or by a seat"):
        council = session().scalars(select(Council).where(Council.id == council_id)).one_or_none()
    if council is None:
        raise NotFound("council")
    if not ctx.may("pairing.council.read", council.org_path) and own_seat(ctx, council) is None:
        raise NotFound("council")
    return council
