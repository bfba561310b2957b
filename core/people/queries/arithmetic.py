"""期初 + 增 − 减 = 期末 for any subtree and period, checked against the head count."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from sqlalchemy import case, func, or_, select
from sqlalchemy.orm import aliased

from core.base.db import session
from core.service import Context, service

from .. import tree
from ..conditions import counted
from ..models import MemberChange, OrgUnit, Person

READ = "people.person.read"
GAINS = ("transfer_in", "newly_admitted", "restored")
LOSSES = ("transfer_out", "deceased", "removed", "suspended")


@dataclass(frozen=True, slots=True)
class Balance:
    """The arithmetic of one subtree and period. `gains` and `losses` are counts by type of change.

    opening   members before the first day; first entries of the register count as having been there
    closing   opening + gains − losses, corrections by their own sign
    head      members in the register today, only when the period reaches until today
    """

    start: dt.date
    end: dt.date
    opening: int
    entered: int
    gains: dict[str, int]
    losses: dict[str, int]
    corrected: int
    head: int | None = None
    suspects: tuple[tuple[int, str], ...] = field(default=())

    @property
    def gained(self) -> int:
        return sum(self.gains.values()) + max(self.corrected, 0)

    @property
    def lost(self) -> int:
        return sum(self.losses.values()) + max(-self.corrected, 0)

    @property
    def closing(self) -> int:
        return self.opening + self.gained - self.lost

    @property
    def difference(self) -> int:
        """Head count minus closing: anything but 0 is shown loudly."""
        return 0 if self.head is None else self.head - self.closing


@service(READ, writes=False)
def balance(ctx: Context, start: dt.date, end: dt.date, *, org_id: int | None = None) -> Balance:
    """The arithmetic of a unit and everything below it (None: all the actor may read) from `start` to `end`, both included."""
    root = ctx.get(OrgUnit, org_id).path if org_id else ""
    if org_id:
        ctx.require(READ, root)
    roots = (root,) if root else ctx.subtrees(READ)
    before = _sum(roots, MemberChange.effective_on < start)
    rows = session().execute(
        select(MemberChange.type, func.sum(MemberChange.effect))
        .where(*_external(roots), MemberChange.effective_on.between(start, end)).group_by(MemberChange.type))
    by_type = {type_: int(total) for type_, total in rows}
    entered = by_type.get("initial", 0)
    reaches_today = end >= ctx.today()
    found = Balance(
        start, end, before + entered, entered, {t: by_type.get(t, 0) for t in GAINS},
        {t: -by_type.get(t, 0) for t in LOSSES}, by_type.get("corrected", 0),
        _head(roots) if reaches_today else None)
    return found if not found.difference else _with_suspects(found, roots)


def _external(roots: tuple[str, ...]) -> list:
    """Changes of these subtrees, without transfers from one place inside to another."""
    from_outside = or_(MemberChange.other_path.is_(None), ~tree.within_any(MemberChange.other_path, roots))
    return [tree.within_any(MemberChange.org_path, roots), from_outside]


def _sum(roots: tuple[str, ...], *where) -> int:
    total = select(func.sum(MemberChange.effect)).where(tree.within_any(MemberChange.org_path, roots), *where)
    return int(session().scalar(total) or 0)


def _head(roots: tuple[str, ...]) -> int:
    here = select(func.count()).select_from(Person).where(counted(), tree.within_any(Person.org_path, roots))
    return int(session().scalar(here) or 0)


def _with_suspects(found: Balance, roots: tuple[str, ...]) -> Balance:
    """The persons whose own changes do not add up to what they are now: the place to look."""
    change, person = aliased(MemberChange), aliased(Person)
    sums = (select(change.person_id, func.sum(change.effect).label("total"), func.max(change.person_name).label("name"))
            .where(tree.within_any(change.org_path, roots)).group_by(change.person_id).subquery())
    now = case((counted(person), 1), else_=0)
    rows = session().execute(
        select(person.id, person.name).outerjoin(sums, sums.c.person_id == person.id)
        .where(tree.within_any(person.org_path, roots), now != func.coalesce(sums.c.total, 0)).limit(20)).all()
    return Balance(found.start, found.end, found.opening, found.entered, found.gains, found.losses, found.corrected, found.head,
                   tuple((row.id, row.name) for row in rows))
