"""Demo of training: workers, courses, a plan, needs, a year of sessions with hours, and work that lies ahead.

Called when a demo tenant is loaded and the plugin is on; everything is made by the services people use.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from functools import cache
from operator import itemgetter
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import select

from core.base.clock import SHANGHAI
from core.base.db import session
from core.people.models import OrgUnit, Person, PostHolding
from core.people.services.persons import create_person
from core.people.services.posts import appoint, end_post
from core.rules import add_months
from core.service import Context
from core.work import engine

from .audience import should_come
from .balances import settle_all
from .effects import seats_of
from .models import Certificate, ClassSession, Course
from .seating import give, seats_for
from .services.attendance import Mark, mark
from .services.certificates import reissue, revoke
from .services.courses import raise_need, save_course, save_plan_item
from .services.sessions import plan_session, record_past
from .tenths import TEN
from .words import ABSENT, EXCUSED, PARTIAL, PRESENT
from .workflows import class_session, need

PER_COMMUNITY = 2       # community workers registered in each community
NEW_FOR = (8, 5, 2)     # months in office of the new secretaries
MOST = 300              # people in one class of the demo; in larger tenants only the first of them are ever trained


@cache
def words() -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parent / "demo.toml").read_text("utf-8"))


def load(ctx: Context, random: Random) -> None:
    """Fill the tenant in scope, inside the running transaction."""
    demo = _Demo(ctx, random)
    demo.hire_workers()
    demo.change_secretaries()
    demo.offer_courses()
    demo.plan_the_year()
    demo.ask_for_more()
    for held in sorted(words()["held"], key=itemgetter("at")):
        demo.hold(**held)
    demo.look_ahead()
    settle_all(ctx.today().year)


class _Demo:
    def __init__(self, ctx: Context, random: Random):
        self.ctx, self.random, self.today = ctx, random, ctx.today()
        units = select(OrgUnit).order_by(OrgUnit.path)
        self.root = session().scalars(units.where(OrgUnit.parent_id.is_(None))).first()
        self.communities = session().scalars(units.where(OrgUnit.unit_kind == "community")).all()
        self.courses: dict[str, Course] = {}
        self.free_from = dt.date(self.today.year, 1, 8)

    def hire_workers(self) -> None:
        """Community workers who are no members, two in each community while the names last."""
        names = iter(words()["workers"])
        for unit in self.communities:
            for _n in range(PER_COMMUNITY):
                if name := next(names, ""):
                    person = create_person(self.ctx, org_id=unit.id, name=name, member_kind="none", affiliation="volunteer",
                                           effective_on=add_months(self.today, -30))
                    appoint(self.ctx, person_id=person.id, org_id=unit.id, post="community_worker", source="recruited",
                            starts_on=add_months(self.today, -self.random.randint(8, 30)))

    def change_secretaries(self) -> None:
        """Some branches got a new secretary within the year: one before the rotation class, one due soon, one lately."""
        posts = session().scalars(select(PostHolding).where(
            PostHolding.post == "secretary", PostHolding.ends_on.is_(None)).order_by(PostHolding.org_path.desc())).all()
        for post, months in zip(posts, NEW_FOR, strict=False):
            since = add_months(self.today, -months)
            successor = session().scalars(select(Person).where(
                Person.org_id == post.org_id, Person.member_kind == "full", Person.membership_state == "normal",
                ~Person.posts.any()).order_by(Person.id)).first()
            if successor is not None and post.starts_on < since:
                end_post(self.ctx, post.id, ends_on=since)
                appoint(self.ctx, person_id=successor.id, org_id=post.org_id, post="secretary", source="elected", starts_on=since)

    def offer_courses(self) -> None:
        for plan in words()["courses"]:
            first = [self.courses[key].id for key in plan.get("first", ())]
            given = {name: plan[name] for name in ("name", "subject", "form", "level", "summary")}
            self.courses[plan["key"]] = save_course(
                self.ctx, org_id=self.root.id, first_ids=first, tenths=plan["hours"] * TEN, trainer=words()["trainer"],
                central=True,
                certificate=plan.get("certificate", False), venue=words()[plan["venue"]], **given)

    def plan_the_year(self) -> None:
        for number, held in enumerate(words()["held"]):
            save_plan_item(self.ctx, org_id=self.root.id, course_id=self.courses[held["course"]].id, year=self.today.year,
                           month=1 + number % 12, audience=held["audience"][0], times=1)

    def ask_for_more(self) -> None:
        """Needs of communities, raised as the year began; some have a course, the rest wait."""
        for number, plan in enumerate(words()["needs"]):
            unit = self.communities[number % len(self.communities)]
            record = raise_need(self.ctx, org_id=unit.id, year=self.today.year, source="survey",
                                **{name: plan[name] for name in ("title", "subject", "audience", "head_count")})
            record.created_at = min(record.created_at, dt.datetime(self.today.year, 1, 5, 9, tzinfo=SHANGHAI))
            if course := plan.get("course"):
                engine.advance(self.ctx, need, record, "plan", data={"course_id": self.courses[course].id})

    # -- what was held
    def hold(self, course: str, at: float, audience: list[str], came: int) -> None:
        """A class for everybody it is meant for, with its sheet, confirmed. Early in a year only the first ones were held."""
        start, over = dt.date(self.today.year, 1, 8), self.today - dt.timedelta(days=12)
        on = max(start + dt.timedelta(days=int((over - start).days * at)), self.free_from)
        if on + dt.timedelta(days=self._days(course)) > over:
            return
        event = self._past(course, on, audience)
        self.free_from = event.ends_on + dt.timedelta(days=1)
        self._sheet(event, came)
        engine.advance(self.ctx, class_session, event, "submit", happened_on=event.ends_on, accept=True)
        engine.advance(self.ctx, class_session, event, "confirm", happened_on=event.ends_on + dt.timedelta(days=4), accept=True)

    def _past(self, course: str, on: dt.date, audience: list[str]) -> ClassSession:
        found, more = self.courses[course], dt.timedelta(days=self._days(course) - 1)
        if (on + more).year > on.year:      # no class lies in two years
            on = dt.date(on.year, 12, 31) - more
        long = found.tenths >= 8 * TEN
        return record_past(self.ctx, org_id=self.root.id, course_id=found.id, on=on, ends_on=on + more,
                           begins=dt.time(9), ends=dt.time(17 if long else 12), audience=audience)

    def _days(self, course: str) -> int:
        return max(1, self.courses[course].tenths // (8 * TEN))

    def _meant(self, event: ClassSession) -> list[int]:
        rows = select(Person.id).where(should_come(event.audience, event.org_path, event.on)).order_by(Person.id).limit(MOST)
        return list(session().scalars(rows))

    def _sheet(self, event: ClassSession, came: int) -> None:
        session().add_all(seats_for(event, self._meant(event), origin="organiser"))
        session().flush()
        marks = []
        for row in seats_of(event):
            drawn = self.random.randrange(100)
            said = PRESENT if drawn < came else PARTIAL if drawn < came + 3 else EXCUSED if drawn % 2 else ABSENT
            note = words()["excused"] if said == EXCUSED else ""
            marks.append(Mark(row.id, said, event.tenths // 2 if said == PARTIAL else None, note))
        mark(self.ctx, event.id, marks=marks)

    # -- what lies ahead
    def look_ahead(self) -> None:
        """A sheet to be written, hours to be confirmed, a class that is full, one announced, a draft; a revoked certificate."""
        held = self._past("discipline", self.today - dt.timedelta(days=9), ["probationary", "new_members"])
        session().add_all(seats_for(held, self._meant(held), origin="organiser"))
        waiting = self._past("community2", self.today - dt.timedelta(days=6), ["community_workers"])
        self._sheet(waiting, 90)
        engine.advance(self.ctx, class_session, waiting, "submit", accept=True)
        full = self._ahead("community", 9, ["community_workers"], capacity=16)
        give(full, self._meant(full), "branch")
        half = self._ahead("theory", 16, ["members"], capacity=80)
        give(half, self.random.sample(self._meant(half), k=min(24, len(self._meant(half)))), "branch")
        self._ahead("rotation", 24, ["secretaries"], announce=False)
        given = session().scalars(select(Certificate).order_by(Certificate.id)).first()
        if given is not None:
            revoke(self.ctx, given.id, reason=words()["revoke_reason"])
            reissue(self.ctx, given.id)

    def _ahead(self, course: str, days: int, audience: list[str], *, announce: bool = True,
               capacity: int | None = None) -> ClassSession:
        found, on = self.courses[course], self.today + dt.timedelta(days=days)
        more = dt.timedelta(days=self._days(course) - 1)
        if (on + more).year > on.year:
            on = dt.date(on.year + 1, 1, 1)
        event = plan_session(self.ctx, org_id=self.root.id, course_id=found.id, on=on, begins=dt.time(9), ends=dt.time(17),
                             ends_on=on + more, audience=audience, capacity=capacity, enrol_until=on - dt.timedelta(days=2))
        if announce:
            told = {"text": words()["announce"], "until": on}
            engine.advance(self.ctx, class_session, event, "announce", data=told, accept=True)
            engine.advance(self.ctx, class_session, event, "open")
        return event
