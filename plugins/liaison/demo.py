"""Demo records: stations, members away and taken in, in every state; made by the services people use.

Called when a demo tenant is loaded and the plugin is on; members of the category `mobile` are those who are away.
"""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import select

from core.base.db import session
from core.base.places import read_region
from core.contracts.errors import Invalid
from core.people.conditions import counted
from core.people.models import OrgUnit, Person, PostHolding
from core.people.words import BRANCHES
from core.rules import add_months
from core.service import Context
from core.work import engine

from .models import MobileRecord, Station
from .queries.gatherings import expected
from .services.contacts import log_contact, log_search, write_review
from .services.gatherings import confirm_gathering, save_gathering, tick
from .services.records import register_inflow, register_outflow
from .services.stations import log_service, save_station
from .workflows import mobile_record

EVERY_THIRD = 3         # community has a station
MOST_AWAY = 30
# What became of those away, in turn: many are looked after, a few are anywhere else.
FATES = ("cared", "taken_in", "overdue", "cared", "registered", "suspected", "cared", "notified", "returned", "taken_in", "lost")

AWAY = {"suspected": 3, "registered": 7, "notified": 8}        # months


@cache
def words() -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parent / "demo.toml").read_text("utf-8"))


def load(ctx: Context, random: Random) -> None:
    """Fill the tenant in scope, inside the running transaction."""
    demo = _Demo(ctx, random)
    demo.found_stations()
    away = session().scalars(select(Person).where(counted(), Person.category == "mobile").order_by(Person.id).limit(MOST_AWAY))
    for number, person in enumerate(away.all()):
        demo.send_away(person, FATES[number % len(FATES)])
    for guest in words()["inflow"]:
        demo.take_in(guest)
    demo.serve()
    demo.gather()


class _Demo:
    def __init__(self, ctx: Context, random: Random):
        self.ctx, self.random, self.today = ctx, random, ctx.today()
        self.branches = list(session().scalars(select(OrgUnit).where(OrgUnit.kind.in_(BRANCHES)).order_by(OrgUnit.path)))
        held = select(PostHolding.org_id, PostHolding.person_name).where(PostHolding.post == "secretary")
        self.secretaries = dict(session().execute(held).all())
        self.needs = list(words()["needs"])
        random.shuffle(self.needs)
        self.stations: list[Station] = []
        self.papers = 0
        self.own_region = self._own_region()

    def _own_region(self) -> str:
        """The county this tenant lies in, read from the name of its topmost unit; "" when it does not say."""
        top = session().scalars(select(OrgUnit.name).where(OrgUnit.parent_id.is_(None)).order_by(OrgUnit.path)).first()
        said = re.search(words()["own_region"], top or "")
        try:
            return read_region(said[1]).name if said else ""
        except Invalid:
            return ""

    def found_stations(self) -> None:
        communities = session().scalars(select(OrgUnit).where(OrgUnit.unit_kind == "community").order_by(OrgUnit.path)).all()
        for unit in communities[::EVERY_THIRD]:
            self.stations.append(save_station(
                self.ctx, org_id=unit.id, name=words()["station_name"].format(community=unit.short_name), address=unit.address,
                keeper=unit.contact_name, hours=words()["station_hours"], open_to=words()["station_open_to"],
                opened_on=add_months(self.today, -24)))

    def send_away(self, person: Person, fate: str) -> None:
        """Register somebody as away and lead the record to its state."""
        months = AWAY.get(fate) or self.random.randint(14, 30)
        since = add_months(self.today, -months) + dt.timedelta(days=self.random.randint(0, 20))
        record = register_outflow(self.ctx, person_id=person.id, since=since, **self._facts(person, fate == "taken_in"))
        if fate not in ("suspected", "registered"):
            getattr(self, f"_{fate}")(record, since)

    def _facts(self, person: Person, near: bool) -> dict[str, Any]:
        choose, said = self.random.choice, words()
        region = self.own_region if near and self.own_region else choose(said["regions"])
        at = next((station.id for station in self.stations if person.org_path.startswith(station.org_path)), None)
        return {"reason": choose(said["reasons"]), "region": region, "channel": choose(said["channels"]),
                "contact_person": self.secretaries.get(person.org_id, said["contact_person"]), "station_id": at,
                "transferable": False, "why_not_transferred": choose(said["why_not"])}

    # -- what became of them
    def _notified(self, record: MobileRecord, since: dt.date) -> None:
        self._tell(record, self.today - dt.timedelta(days=4))

    def _cared(self, record: MobileRecord, since: dt.date) -> None:
        """Taken in far away; the home branch keeps contact, for some it falls due soon."""
        self._answered(record, since)
        self._contacts(record, since, last=self.random.choice((12, 30, 50, 80)))

    def _overdue(self, record: MobileRecord, since: dt.date) -> None:
        self._answered(record, since)
        self._contacts(record, since, last=self.random.randint(100, 130))
        self._step(record, "fall_due")

    def _taken_in(self, record: MobileRecord, since: dt.date) -> None:
        """Both sides lie in this tenant."""
        branch = self.random.choice([b for b in self.branches if b.id != record.home_org_id])
        self._step(record, "notify", since + dt.timedelta(days=5), receiving_org_id=branch.id)
        self._step(record, "receive", since + dt.timedelta(days=9), receiving_org_id=branch.id,
                   contact_person=self.secretaries.get(branch.id, record.contact_person))
        self._contacts(record, since, last=self.random.choice((9, 25, 60)))

    def _returned(self, record: MobileRecord, since: dt.date) -> None:
        self._cared(record, since)
        self._step(record, "give_back", self.today - dt.timedelta(days=6), returned_note=words()["returned_note"])

    def _lost(self, record: MobileRecord, since: dt.date) -> None:
        """Out of contact for longer than the rule says, searched for, confirmed by the organisation department."""
        self._answered(record, since)
        self._contacts(record, since, last=250)
        self._step(record, "fall_due")
        day = self.today - dt.timedelta(days=20)
        log_search(self.ctx, record.id, started_on=day - dt.timedelta(days=30), ended_on=day, means=["phone", "visit"],
                   asked=words()["search_asked"], evidence=words()["search_evidence"])
        self._step(record, "confirm_lost", day, document_no=self._paper("lost_no", day))

    # -- how it comes about
    def _tell(self, record: MobileRecord, on: dt.date) -> None:
        name = self.random.choice(words()["receiving"]).format(region=record.region)
        self._step(record, "notify", on, receiving_org_name=name)

    def _answered(self, record: MobileRecord, since: dt.date) -> None:
        self._tell(record, since + dt.timedelta(days=6))
        day = since + dt.timedelta(days=14)
        self._step(record, "acknowledge", day, reply_no=self._paper("reply_no", day))

    def _contacts(self, record: MobileRecord, since: dt.date, last: int) -> None:
        """Contacts about every eleven weeks, the last one so many days ago."""
        day, end = since + dt.timedelta(days=20), self.today - dt.timedelta(days=last)
        while day < end - dt.timedelta(days=40):
            self._contact(record, day)
            day += dt.timedelta(days=self.random.randint(70, 84))
        self._contact(record, end)
        if record.since.year < self.today.year and self.random.random() < 0.6:
            write_review(self.ctx, record.id, year=self.today.year - 1, opinion=words()["review_opinion"],
                         on=min(self.today, dt.date(self.today.year, 1, 12)))

    def _contact(self, record: MobileRecord, on: dt.date) -> None:
        wish = self.needs.pop() if self.needs and self.random.random() < 0.3 else ""
        means = self.random.choice(("phone", "message", "video"))
        log_contact(self.ctx, record.id, outcome="reached", means=means, happened_on=on, needs=wish, follow_up="")

    def _step(self, record: MobileRecord, step: str, on: dt.date | None = None, reason: str = "", **data: Any) -> None:
        engine.advance(self.ctx, mobile_record, record, step, data=data, happened_on=on, reason=reason)

    def _paper(self, pattern: str, day: dt.date) -> str:
        self.papers += 1
        return str(words()[pattern].format(year=day.year, n=self.papers))

    # -- what stations do
    def take_in(self, guest: dict[str, str]) -> None:
        """A member whose home branch lies elsewhere; the first contact is made, except with the last one to come."""
        station, random = self.random.choice(self.stations), self.random
        near = [b for b in self.branches if b.path.startswith(station.org_path)] or self.branches
        branch, months = random.choice(near), random.randint(0, 9)
        since = add_months(self.today, -months) - dt.timedelta(days=8)
        record = register_inflow(
            self.ctx, receiving_org_id=branch.id, home_org_name=random.choice(words()["home_branches"]), **guest, since=since,
            joined_on=add_months(since, -12 * random.randint(4, 25)), reason="work", station_id=station.id,
            contact_person=self.secretaries.get(branch.id, words()["contact_person"]))
        if months:
            self._contacts(record, since - dt.timedelta(days=15), last=random.randint(5, min(70, (self.today - since).days - 5)))

    def serve(self) -> None:
        listed = words()["services"]
        for number, station in enumerate(self.stations):
            for turn in range(self.random.randint(3, 6)):
                log_service(self.ctx, station_id=station.id, on=self.today - dt.timedelta(days=self.random.randint(1, 200)),
                            **listed[(number + turn) % len(listed)])

    def gather(self) -> None:
        """Last winter's return-home education where most are away, and the next one, planned."""
        paths = session().scalars(select(MobileRecord.org_path).where(MobileRecord.direction == "outflow")).all()
        busiest = max(self.stations, key=lambda station: sum(path.startswith(station.org_path) for path in paths))
        host, year = busiest.org_id, self.today.year
        for on in (dt.date(year, 1, 20), dt.date(year + 1, 1, 20)):
            held = on <= self.today
            gathering = save_gathering(self.ctx, org_id=host, title=words()["gathering_title"].format(year=on.year), on=on,
                                       minutes=90, place=words()["gathering_place"], content=words()["gathering_content"])
            sheet = [row.person_id for row in expected(gathering) if row.since <= on]
            if held and sheet:
                tick(self.ctx, gathering.id, present=sheet)
                confirm_gathering(self.ctx, gathering.id)
