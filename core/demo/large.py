"""Writing a large demo tenant: one transaction per community, so that memory stays bounded and a second run goes on."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random

from sqlalchemy import select

from core.access.contexts import acting_in
from core.base.session import session
from core.people.models import OrgUnit
from core.people.services.checks import open_rounds
from core.people.services.terms import mark_ending_terms
from core.service import Context, service

from .accounts import add_accounts
from .blueprint import Blueprint, UnitPlan, read_shared
from .bulk import write_members
from .crowd import Crowd
from .ground import found_branches, found_unit
from .small import MARK, load_modules

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class CommunityPlan:
    """A community with its branches. `number` counts communities, `before` the members of the communities before."""

    street: UnitPlan
    unit: UnitPlan
    branches: tuple[UnitPlan, ...]
    number: int
    before: int

    @property
    def members(self) -> int:
        return sum(branch.members for branch in self.branches)


def communities(plan: Blueprint, members: int | None = None) -> Iterator[CommunityPlan]:
    """All communities of a large tenant in order, street by street; sizes differ by one at most."""
    streets, figures, before, done = plan.scale["streets"], plan.figures, 0, 0
    total, branches = members or figures["members"], figures["branches"]
    random = Random(f"{plan.slug}:{plan.seed}:terms")
    for place, street in enumerate(streets):
        for n in range(1, _part(figures["communities"], len(streets), place) + 1):
            count = _part(branches, figures["communities"], done)
            sizes = [_part(total, branches, _first(branches, figures["communities"], done) + k) for k in range(count)]
            yield CommunityPlan(*_named(plan, street, n, sizes, random), number=done, before=before)
            before, done = before + sum(sizes), done + 1


def _part(total: int, parts: int, place: int) -> int:
    """How much of `total` falls to one of `parts` equal places."""
    return total // parts + (place < total % parts)


def _first(total: int, parts: int, place: int) -> int:
    """How much falls to the places before."""
    return place * (total // parts) + min(place, total % parts)


def _named(plan: Blueprint, street: str, n: int, sizes: list[int],
           random: Random) -> tuple[UnitPlan, UnitPlan, tuple[UnitPlan, ...]]:
    """The street, its n-th community and the community's branches."""
    words, scale = read_shared("people")["numerals"], plan.scale
    founded, year = scale["founded_on"], random.choice(scale["term_ends_in"])

    def unit(form: str, kind: str, **more: object) -> UnitPlan:
        k = more.pop("k", 1)
        said = {key: text.format(street=street, n=words[n - 1], k=words[k - 1]) for key, text in scale[form].items()}  # type: ignore[operator]
        return UnitPlan(**said, kind=kind, founded_on=founded, **more)  # type: ignore[arg-type]

    above = unit("street", "work_committee", unit_kind="street", parent=scale["root"]["short_name"])
    community = unit("community", "committee", unit_kind="community", parent=above.short_name, term_ends_in=year)
    branches = tuple(unit("branch", "branch", parent=community.short_name, members=size, k=k,
                          term_ends_in=year if k % 4 else random.choice(scale["term_ends_in"]))
                     for k, size in enumerate(sizes, 1))
    return above, community, branches


def write_large(plan: Blueprint, password_hash: str, say: Say, members: int | None = None) -> None:
    """Write what is not there yet, and say after every street how far it is and how many rows a second were written."""
    begun, rows, written, street = time.monotonic(), 0, 0, ""
    total = members or plan.figures["members"]
    for community in communities(plan, members):
        if street not in ("", community.street.short_name):
            _tell(say, plan, street, community.before, total, rows, begun)
        street = community.street.short_name
        with acting_in(plan.slug, str(read_shared("people")["actor"])) as ctx:
            if _unit_id(community.unit.short_name) is None:
                rows += write_community(ctx, plan, community)
                written += community.members
    with acting_in(plan.slug, str(read_shared("people")["actor"])) as ctx:
        finish_large(ctx, plan, password_hash, total)
    _tell(say, plan, street, total, total, rows, begun)
    say(f"{plan.slug}: {written:,} members written in {time.monotonic() - begun:.0f} s")


def _tell(say: Say, plan: Blueprint, street: str, done: int, total: int, rows: int, begun: float) -> None:
    speed = rows / max(time.monotonic() - begun, 0.001)
    say(f"{plan.slug}: {done:>7,} of {total:,} members ({done * 100 // total} %), {rows:,} rows, {speed:,.0f} rows/s  {street}")


@service("people.org.manage", action="demo.community")
def write_community(ctx: Context, plan: Blueprint, community: CommunityPlan) -> int:
    """One community with its branches and their members, all or nothing; the number of rows written."""
    root = UnitPlan(**plan.scale["root"], kind="committee", unit_kind="county")
    street = _ensure(ctx, community.street, _ensure(ctx, root, None))
    unit, sizes = found_unit(ctx, community.unit, street), [branch.members for branch in community.branches]
    branches = list(zip(found_branches(ctx, community.branches, unit), sizes, strict=True))
    random = Random(f"{plan.slug}:{plan.seed}:{community.number}")
    crowd = Crowd(plan, random, ctx.today(), number=community.before)
    batch = write_members(ctx, crowd, random, unit, branches, plan)
    ctx.audit("demo_batch", unit.id, unit.short_name, rows=batch.counts, sha256=batch.digest)
    return sum(batch.counts.values()) + len(branches) + 1


@service("people.org.manage", action=MARK)
def finish_large(ctx: Context, plan: Blueprint, password_hash: str, members: int) -> None:
    """The last step: what is due opens, what ends soon is marked, modules add theirs, accounts are made, all is complete."""
    open_rounds(ctx)
    mark_ending_terms(ctx)
    load_modules(ctx, plan)
    places = {account.at: _unit_id(account.at) for account in plan.accounts if account.at}
    add_accounts(ctx, plan, {name: found for name, found in places.items() if found}, password_hash)
    ctx.audit("demo", ctx.tenant.id, ctx.tenant.name, members=members, on=dt.date.isoformat(ctx.today()))


def _ensure(ctx: Context, plan: UnitPlan, parent: OrgUnit | None) -> OrgUnit:
    found = session().scalars(select(OrgUnit).where(OrgUnit.short_name == plan.short_name)).one_or_none()
    return found or found_unit(ctx, plan, parent)


def _unit_id(short_name: str) -> int | None:
    return session().scalar(select(OrgUnit.id).where(OrgUnit.short_name == short_name))
