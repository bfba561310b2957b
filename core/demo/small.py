"""Writing a small demo tenant by the services people use, all in one transaction: it is there, or nothing of it is."""

from __future__ import annotations

import dataclasses
import datetime as dt
from random import Random
from typing import Any

from core.base.db import session
from core.people.models import Grid, OrgUnit, Person
from core.people.services.checks import open_rounds
from core.people.services.membership import confirm_member, record_death, transfer, transfer_out
from core.people.services.orgs import update_org
from core.people.services.persons import create_person
from core.people.services.posts import appoint
from core.people.services.terms import mark_ending_terms
from core.rules import add_months
from core.service import Context, service

from .accounts import add_accounts
from .blueprint import Blueprint, UnitPlan, read_shared
from .crowd import Crowd, Draft
from .ground import found_units, lay_grids, some_day
from .past import write_past
from .posts import choose_posts

MARK = "demo.load"      # the audit row that says a demo tenant is complete
MOVES = ("transfer_in", "admitted", "confirmed", "moved")
NOT_FIELDS = {"verified_on"}


@service(None, action=MARK)
def write_small(ctx: Context, plan: Blueprint, password_hash: str) -> None:
    """Units, grids, members with their changes, posts, what the enabled modules bring, accounts."""
    tenant = _Writer(ctx, plan)
    tenant.lay_ground()
    tenant.register_members()
    tenant.note_contacts()
    session().flush()
    open_rounds(ctx)
    mark_ending_terms(ctx)
    write_past(ctx)
    load_modules(ctx, plan)
    add_accounts(ctx, plan, {name: unit.id for name, unit in tenant.units.items()}, password_hash)
    ctx.audit("demo", ctx.tenant.id, ctx.tenant.name, **plan.figures)


def load_modules(ctx: Context, plan: Blueprint) -> None:
    """Let every module that is on and has a `demo.py` add its own: `load(ctx, random)`."""
    for name, owner in ctx.plugins.by_name.items():
        if (owner.core or name in ctx.enabled) and (module := owner.file("demo")):
            module.load(ctx, Random(f"{plan.slug}:{plan.seed}:{name}"))


class _Writer:
    """What the steps of writing one tenant share."""

    def __init__(self, ctx: Context, plan: Blueprint):
        self.ctx, self.plan, self.today = ctx, plan, ctx.today()
        self.random = Random(f"{plan.slug}:{plan.seed}")
        self.crowd = Crowd(plan, self.random, self.today)
        self.words = read_shared("people")["words"]
        self.units: dict[str, OrgUnit] = {}
        self.grids: dict[int, list[Grid]] = {}
        self.secretaries: dict[str, Person] = {}
        self.documents = 0

    def lay_ground(self) -> None:
        self.units = found_units(self.ctx, self.plan.units)
        communities = [u for u in self.plan.units if u.grids]
        for number, plan in enumerate(communities, 1):
            unit = self.units[plan.short_name]
            self.grids[unit.id] = lay_grids(self.ctx, unit, plan.grids, self.random, f"{self.plan.slug[:2].upper()}{number:02d}")

    def register_members(self) -> None:
        """Every branch gets its members; some of them came, moved or were confirmed lately, and some have left."""
        branches = [u for u in self.plan.units if u.members]
        how = self._draw_changes(branches)
        for branch in branches:
            verified = self._last_check(branch)
            ways = [how.get((branch.short_name, place), "") for place in range(branch.members)]
            people = [self._register(branch, way, verified) for way in ways]
            self._appoint(branch, people)
        for kind in ("transfer_out", "deceased"):
            for _n in range(self.plan.changes.get(kind, 0)):
                self._leave(self.random.choice(branches), kind)

    def _draw_changes(self, branches: list[UnitPlan]) -> dict[tuple[str, int], str]:
        """Which members did not simply stand in the opening balance. The first three of a branch always did."""
        kinds = [kind for kind in MOVES for _n in range(self.plan.changes.get(kind, 0))]
        places = [(b.short_name, place) for b in branches for place in range(3, b.members)]
        return dict(zip(self.random.sample(places, len(kinds)), kinds, strict=True))

    def _last_check(self, branch: UnitPlan) -> dt.date:
        """When the branch last looked through its data: for some too long ago, so for those a demo account works in."""
        random, due = self.random, self.random.random() < self.plan.people["due"]
        due = due or any(account.at == branch.short_name for account in self.plan.accounts)
        return add_months(self.today, -random.randint(7, 10) if due else -random.randint(1, 4))

    def _register(self, branch: UnitPlan, how: str, verified: dt.date) -> Person:
        unit, opened = self.units[branch.short_name], self.crowd.opened_on
        if how in ("admitted", "confirmed"):
            return self._admit(unit, verified, confirm=how == "confirmed")
        draft = self.crowd.draft(verified)
        if how == "transfer_in":
            came = some_day(self.random, add_months(opened, 1), add_months(self.today, -1))
            return self._create(unit, draft, entry="transfer_in", effective_on=came, document_no=self._document(came.year),
                                from_place=self.crowd.pick("from_places"))
        if how == "moved":
            home = self.random.choice([u for u in self.plan.units if u.members and u is not branch])
            person = self._create(self.units[home.short_name], draft, effective_on=opened)
            day = some_day(self.random, add_months(opened, 2), add_months(self.today, -1))
            return transfer(self.ctx, person.id, org_id=unit.id, effective_on=day, document_no=self._document(day.year))
        return self._create(unit, draft, effective_on=opened)

    def _admit(self, unit: OrgUnit, verified: dt.date, *, confirm: bool) -> Person:
        """A probationary member of less than a year, or one admitted a little earlier and confirmed since."""
        days = self.random.randint(10, 120)
        joined = add_months(self.today, -12) - dt.timedelta(days=days if confirm else -2 * days)
        draft = dataclasses.replace(self.crowd.draft(verified, young=True), member_kind="probationary", joined_on=joined,
                                    confirmed_on=None)
        person = self._create(unit, draft, entry="newly_admitted", effective_on=joined,
                              document_no=self._document(joined.year, "admission_document"))
        return confirm_member(self.ctx, person.id, effective_on=add_months(joined, 12)) if confirm else person

    def _create(self, unit: OrgUnit, draft: Draft, **how: Any) -> Person:
        data = {f.name: getattr(draft, f.name) for f in dataclasses.fields(draft) if f.name not in NOT_FIELDS}
        grids = self.grids.get(unit.community_id or 0)
        grid = self.random.choice(grids) if grids and self.random.random() < 0.9 else None
        person = create_person(self.ctx, org_id=unit.id, **how, **data, residence_org_id=grid and grid.org_id,
                               grid_id=grid and grid.id)
        known = draft.verified_on and max(draft.verified_on, how["effective_on"])     # looked through again at the entry
        person.verified_on, person.check_state = known, "approved" if known else "fresh"
        return person

    def _leave(self, branch: UnitPlan, kind: str) -> None:
        opened = self.crowd.opened_on
        person = self._create(self.units[branch.short_name], self.crowd.draft(), effective_on=opened)
        day = some_day(self.random, add_months(opened, 1), self.today)
        if kind == "deceased":
            record_death(self.ctx, person.id, effective_on=day, document_no=self._document(day.year, "death_document"))
        else:
            transfer_out(self.ctx, person.id, to_place=self.crowd.pick("to_places"), effective_on=day,
                         document_no=self._document(day.year))

    def _appoint(self, branch: UnitPlan, people: list[Person]) -> None:
        unit = self.units[branch.short_name]
        for post, person, source in choose_posts(self.random, people, unit.term_start, self.today):
            appoint(self.ctx, person_id=person.id, org_id=unit.id, post=post, starts_on=unit.term_start or self.crowd.opened_on,
                    source=source, document_no="" if source == "elected" or unit.term_start is None
                    else self._document(unit.term_start.year, "post_document"))
            if post == "secretary":
                self.secretaries[branch.short_name] = person

    def note_contacts(self) -> None:
        """A community's contact is the secretary of its first branch."""
        for number, plan in enumerate(self.plan.units):
            first = next((b.short_name for b in self.plan.units if b.parent == plan.short_name and b.members), None)
            if first and (secretary := self.secretaries.get(first)):
                update_org(self.ctx, self.units[plan.short_name].id, contact_name=secretary.name,
                           contact_phone=self.crowd.phone(99_000 + number))

    def _document(self, year: int, pattern: str = "document") -> str:
        self.documents += 1
        return str(self.words[pattern].format(year=year, n=self.documents))
