"""Work that comes round with the year: hours that will not suffice, and secretaries new in office.

One item per community, never one per person: it asks for a make-up session, it points at nobody.
"""

from __future__ import annotations

import datetime as dt
from calendar import monthrange
from collections.abc import Iterable

from sqlalchemy import func, select

from core.base.db import session
from core.base.i18n import _, _l
from core.people.models import OrgUnit, PostHolding
from core.plugin import Due, Reminder
from core.rules import add_months, rule
from core.service import Context

from .audience import post_codes
from .ledgers.sessions import trained_on
from .models import Balance
from .words import SECRETARY_POSTS

PLAN = "training.session.manage"
SEASON = dt.timedelta(days=60)              # so long after its day a reminder still makes sense


def day_of(key: str, year: int) -> dt.date:
    """A rule of the form 06-30 as a day of that year; 02-29 is the last day of any February."""
    month, day = map(int, str(rule(key).value).split("-"))
    return dt.date(year, month, min(day, monthrange(year, month)[1]))


def units_short(ctx: Context, day: dt.date, share: int) -> Iterable[Due]:
    """Communities with people below `share` percent of the year's duty, while the season of that day lasts."""
    if not day - SEASON <= ctx.today() <= day + SEASON:
        return []
    place = func.coalesce(OrgUnit.community_id, OrgUnit.id)
    lacking = select(place.label("place"), func.count(Balance.id).label("people")).join(Balance.org).where(
        Balance.year == day.year, Balance.missing > 0, Balance.got * 100 < Balance.due * share).group_by(place)
    found = dict(session().execute(lacking).all())
    units = session().scalars(select(OrgUnit).where(OrgUnit.id.in_(list(found))))
    return [Due(unit.id, unit.path, _("%(unit)s：%(n)s 人", unit=unit.short_name, n=found[unit.id]), day) for unit in units]


def half_year_rows(ctx: Context) -> Iterable[Due]:
    return units_short(ctx, day_of("training.half_year_day", ctx.today().year), int(rule("training.half_year_share").value))


def autumn_rows(ctx: Context) -> Iterable[Due]:
    return units_short(ctx, day_of("training.autumn_day", ctx.today().year), 100)


def untrained_secretaries(ctx: Context) -> Iterable[Due]:
    """Secretaries in office without induction or rotation since, while the time for it runs or has just run out."""
    since = add_months(ctx.today(), -2 * int(rule("training.induction_within").value))
    rows = session().execute(select(PostHolding.person_id, PostHolding.org_path, PostHolding.person_name,
                                    PostHolding.starts_on).where(
        PostHolding.post.in_(post_codes(SECRETARY_POSTS)), PostHolding.ends_on.is_(None), PostHolding.starts_on > since,
        trained_on().is_(None)))
    return [Due(row[0], row[1], row[2], row[3]) for row in rows]


half_year = Reminder(
    name="training.half_year", title=_l("半年学时有差额，请安排补课"), permission=PLAN, opens="training.gap_of_unit",
    ahead="training.shortfall_ahead", rows=half_year_rows)
autumn = Reminder(
    name="training.autumn", title=_l("全年学时有差额，年底前请安排补课"), permission=PLAN, opens="training.gap_of_unit",
    ahead="training.shortfall_ahead", rows=autumn_rows)
induction = Reminder(
    name="training.induction_due", title=_l("新任书记任职培训将到期"), permission=PLAN, opens="training.person",
    rule="training.induction_within", ahead="training.induction_notice", rows=untrained_secretaries)
