"""What the indicators would have measured at the end of each of the last months, worked out from the changes of membership.

A tenant that opens today has no curve yet; the demo shows one, and its figures are those the changes lead to.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator

from sqlalchemy import insert, select

from core.base import clock
from core.base.db import new_ids
from core.base.session import session
from core.indicators.history import LEVELS
from core.indicators.models import IndicatorValue
from core.people.models import MemberChange, Person
from core.rules import add_months, rule
from core.service import Context

MEMBERS, OLDER = "people.members", "people.elder_share"
MONTHS = 12


def write_past(ctx: Context) -> int:
    """Keep members and the share of older ones for past month ends, in the running transaction; returns how many rows."""
    births = dict(session().execute(select(Person.id, Person.birth_date)).all())
    changes = session().execute(
        select(MemberChange.effective_on, MemberChange.person_id, MemberChange.org_path, MemberChange.effect)
        .where(MemberChange.effect != 0)).all()
    versions = {name: ctx.plugins.indicators[name].version for name in (MEMBERS, OLDER)}
    common = {"tenant_id": ctx.tenant.id, "created_at": clock.now(), "version": 1}
    rows = []
    for day in month_ends(ctx.today()):
        then = Counter({(c.person_id, c.org_path): 0 for c in changes})
        for change in changes:
            if change.effective_on <= day:
                then[change.person_id, change.org_path] += change.effect
        edge = add_months(day, -12 * int(rule("people.older_age").value))
        total, older = Counter[str](), Counter[str]()
        for (person, path), counted in then.items():
            for place in ("", *(path[:length] for length in LEVELS if len(path) >= length)):
                total[place] += counted
                older[place] += counted * (births[person] <= edge)
        for place, number in total.items():
            rows.append({"indicator": MEMBERS, "path": place, "on": day, "amount": number, "base": None})
            rows.append({"indicator": OLDER, "path": place, "on": day, "amount": older[place], "base": number})
    session().execute(insert(IndicatorValue), [{**common, "id": new, "definition": versions[row["indicator"]], **row}
                                               for new, row in zip(new_ids(len(rows)), rows, strict=True)])
    return len(rows)


def month_ends(today: dt.date) -> Iterator[dt.date]:
    """The last days of the months before this one, oldest first."""
    for back in range(MONTHS - 1, 0, -1):
        yield add_months(today.replace(day=1), 1 - back) - dt.timedelta(days=1)
