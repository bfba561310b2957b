"""Who acts for which side, and what both sides' doings mean for the pairing."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import select

from core.base.db import session
from core.base.i18n import _
from core.base.scope import beyond_subtree
from core.contracts.errors import Forbidden, Invalid, NotFound
from core.service import Context
from core.work import engine

from .models import Pairing, PartnerUnit
from .words import ORG_SIDE, UNIT_SIDE, WORKING

UNIT_ACT, ORG_ACT, READ = "pairing.unit.act", "pairing.community.act", "pairing.pair.read"
MANAGE = "pairing.unit.manage"


def conclude(ctx: Context) -> Context:
    """The same actor, for a step that follows from what he was allowed to do (both signed, so the pairing is agreed)."""
    return ctx.evolve(all_powers=True)


def side_of(ctx: Context, row: Any, permission: str) -> str:
    """The side for which the actor works on a row of both; raises Forbidden when he holds `permission` at neither.

    Whoever may act for the unit acts for the unit, unless he acts for the community too: staff of a street that stand in
    for a unit without an account are the unit's side where they hold only its powers.
    """
    if ctx.may(ORG_ACT, row.org_path):
        return ORG_SIDE
    if row.unit_path and ctx.may(UNIT_ACT, row.unit_path):
        return UNIT_SIDE
    if ctx.may(permission, row.org_path):
        return ORG_SIDE
    raise Forbidden(permission)


def require_side(ctx: Context, permission: str, path: str | None) -> None:
    """Raise Forbidden unless the actor holds the permission at the side's own place (seeing the row is not enough)."""
    if path is None or not ctx.may(permission, path):
        raise Forbidden(permission)


def works_for(ctx: Context, permission: str, row: Any) -> bool:
    """Whether the actor may do something with a row of both for one of the sides.

    Whoever looks after the place above a unit sees its rows; that alone does not make him the unit's side.
    """
    if ctx.may(permission, row.org_path):
        return True
    unit = row.unit_path or ""
    return ctx.may(permission, unit) and (ctx.may(UNIT_ACT, unit) or ctx.may(MANAGE, unit))


def require_either(ctx: Context, permission: str, row: Any) -> None:
    """Raise Forbidden unless `works_for`."""
    if not works_for(ctx, permission, row):
        raise Forbidden(permission)


def working(pair: Pairing, field: str) -> Pairing:
    """The pairing when both work together. Raises Invalid under `field` otherwise."""
    if pair.state not in WORKING:
        raise Invalid({field: [_("这一结对不在共建期内（协议未生效、已到期或已结束），请先办理签约或续签。")]})
    return pair


def pair_in_sight(ctx: Context, pair_id: int, field: str = "pair_id") -> Pairing:
    """A pairing named in a form. Raises Invalid under `field` when the reader cannot see it."""
    try:
        return ctx.get(Pairing, pair_id)
    except NotFound:
        raise Invalid({field: [_("请从列表中选择一个结对。")]}) from None


def unit_named(ctx: Context, unit_id: int) -> PartnerUnit | None:
    """A unit by id: its name and kind are known to whoever is paired with it."""
    with beyond_subtree("pairing: both sides know each other"):
        return session().scalars(select(PartnerUnit).where(PartnerUnit.id == unit_id)).one_or_none()


def note_event(ctx: Context, pair: Pairing, on: dt.date) -> None:
    """Something was done together: a dormant pairing wakes up."""
    if pair.state not in WORKING:
        return
    pair.last_event_on = max(pair.last_event_on or on, on)
    session().flush()
    if pair.state == "dormant":
        follow(ctx, "pairing.pairing", pair, "wake", on)


def follow(ctx: Context, flow: str, record: Any, step: str, on: dt.date | None = None, reason: str = "") -> None:
    """Make a step that follows from what the actor did on another record."""
    engine.advance(conclude(ctx), ctx.plugins.workflows[flow], record, step, happened_on=on, reason=reason)
