"""What the demo tenants share: who acts, when, and the ways of the three lists. Everything goes through the services."""

from __future__ import annotations

import datetime as dt
import io
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any

from sqlalchemy import select

from core.base import clock
from core.base.db import session
from core.people.models import OrgUnit
from core.people.names import UnitNames
from core.rules import add_months
from core.service import Actor, Context, Grant
from core.work import engine

from . import plugin, taking_pairs
from .demo_paper import agreement_pdf
from .models import JointProject, NeedItem, Pairing, PartnerUnit
from .queries.owed import summary_to_write
from .services import gifts, lists, meetings
from .services.pairs import attach_paper, versions
from .services.units import register_unit
from .words import PAIR_KINDS
from .workflows import gift_flow, need_flow, pairing_flow, project_flow

FATES = ("open", "asked", "claimed", "in_progress", "delivered", "accepted", "returned", "accepted", "open", "in_progress")


@cache
def words() -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parent / "demo.toml").read_text("utf-8"))


class Demo:
    """What both demo tenants share: who acts, when, and the ways of the lists."""

    def __init__(self, ctx: Context, random: Random, places: dict[str, str]):
        self.ctx, self.random, self.places, self.today = ctx, random, places, ctx.today()
        self.names = UnitNames.load()
        self.units: dict[str, PartnerUnit] = {}
        self.papers = 0

    @contextmanager
    def on(self, days_ago: int) -> Iterator[dt.date]:
        """The clock of some days ago, at ten in the morning."""
        day = self.today - dt.timedelta(days=days_ago)
        with clock.at(dt.datetime.combine(day, dt.time(10), clock.SHANGHAI)):
            yield day

    def side(self, role: str, path: str, name: str) -> Context:
        """Somebody with one of the module's roles at a place."""
        held = next(r for r in plugin.roles if r.key == role)
        grant = Grant(0, str(held.label), frozenset(held.permissions), path)
        return self.ctx.evolve(actor=Actor("user", None, name), grants=(grant,), all_powers=False)

    def of_unit(self, unit: PartnerUnit) -> Context:
        return self.side("unit_liaison", unit.org_path, unit.liaison_name)

    def of_community(self, path: str) -> Context:
        return self.side("community_secretary", path, str(words()["words"]["chair"]))

    def register(self, org: OrgUnit, party_org: str = "") -> PartnerUnit:
        """Let an organisation of the tree take part."""
        made, listed = names_of(self.random), words()["words"]
        unit = register_unit(self.ctx, org_id=org.id,
            party_org=party_org or words()["words"]["party_org"].format(name=org.short_name), liaison_name=made,
                             liaison_post=self.random.choice(listed["posts"]), strengths=self.random.choice(listed["strengths"]))
        self.units[unit.name] = unit
        return unit

    def pair(self, unit: str, org: str, kind: str, signed_ago: int, years: int, last_ago: int | None = None) -> Pairing:
        """A pairing signed on paper that many days ago."""
        listed = words()["words"]
        signed = self.today - dt.timedelta(days=signed_ago)
        row = {"unit": unit, "org": org, "kind": kind, "signed_on": signed, "goals": self.random.choice(listed["goals"]),
               "ends_on": add_months(signed, 12 * years) - dt.timedelta(days=1), "unit_owner": self.units[unit].liaison_name,
               "org_owner": listed["chair"],
               "last_event_on": self.today - dt.timedelta(days=signed_ago if last_ago is None else last_ago)}
        with self.on(signed_ago if last_ago is None else last_ago):
            _kind, pair_id, _outcome, _undo = taking_pairs.write(self.ctx, row, taking_pairs.prepare(self.ctx, [row]))
        pair = self.ctx.get(Pairing, pair_id)
        with self.on(signed_ago):
            attach_paper(self.ctx, versions(pair)[0].id, paper=self.scan(pair))
        return pair

    def scan(self, pair: Pairing) -> Any:
        """The agreement on paper, as a form would bring it."""
        said = words()["agreement"]
        facts = {"unit": pair.unit_name, "org": pair.org_name, "kind": PAIR_KINDS[pair.kind], "goals": pair.goals,
                 "first": pair.starts_on.isoformat(), "last": pair.ends_on.isoformat(),
                 "signed": pair.signed_on.isoformat() if pair.signed_on else ""}
        data = agreement_pdf(said["title"], [line.format(**facts) for line in said["lines"]])
        return SimpleNamespace(filename=said["file"].format(**facts), read=io.BytesIO(data).read)

    def publish(self, org: str, days_ago: int, **data: Any) -> NeedItem:
        org_id = next(u.id for u in self.names.units.values() if u.short_name == org)
        with self.on(days_ago) as day:
            return lists.publish_need(self.of_community(self.places[org]), org_id=org_id, wanted_by=day + dt.timedelta(days=60),
                **data)

    def step(self, ctx: Context, flow: Any, record: Any, name: str, reason: str = "", **data: Any) -> None:
        engine.advance(ctx, flow, record, name, data=data, reason=reason)

    def claim(self, need: NeedItem, pair: Pairing, days_ago: int, owner: str) -> JointProject:
        with self.on(days_ago):
            lists.claim_need(self.of_unit(self.units[pair.unit_name]), need.id, pair_id=pair.id, owner_name=owner)
        return session().scalars(select(JointProject).where(JointProject.need_id == need.id)).one()

    def plan(self, project: JointProject, days_ago: int, due_in: int, text: str) -> None:
        with self.on(days_ago) as day:
            unit = next(u for u in self.units.values() if u.id == project.unit_id)
            self.step(self.of_unit(unit), project_flow, project, "plan", plan=text, due_on=day + dt.timedelta(days=due_in))

    def deliver(self, project: JointProject, days_ago: int, result: str, beneficiaries: int | None) -> None:
        with self.on(days_ago):
            unit = next(u for u in self.units.values() if u.id == project.unit_id)
            self.step(self.of_unit(unit), project_flow, project, "deliver", result=result, beneficiaries=beneficiaries)

    def accept(self, project: JointProject, days_ago: int) -> None:
        with self.on(days_ago):
            self.step(self.of_community(project.org_path), project_flow, project, "accept",
                      rating="good" if self.random.random() < 0.7 else "fair", comment=words()["words"]["comment"])

    def give(self, project: JointProject, pair: Pairing, days_ago: int, **data: Any) -> None:
        """The community states a gift, the unit confirms it some days later."""
        with self.on(days_ago) as day:
            gift = gifts.state_gift(self.of_community(pair.org_path), project.id, pair_id=pair.id, on=day, **data)
        with self.on(max(days_ago - 4, 0)):
            self.step(self.of_unit(self.units[pair.unit_name]), gift_flow, gift, "confirm_given")

    def paper(self, pattern: str, day: dt.date) -> str:
        self.papers += 1
        return str(words()["words"][pattern].format(year=day.year, n=self.papers))

    def summary(self, pair: Pairing, days_ago: int, said: dict[str, Any]) -> None:
        """The community sums up the quarter that is due on that day, if one is."""
        with self.on(days_ago):
            ctx = self.of_community(pair.org_path)
            if span := summary_to_write(ctx, pair.id):
                meetings.write_summary(ctx, pair.id, year=span.first.year, quarter=span.quarter, done=said["done"],
                                       next_steps=said["next_steps"])

    # -- everyday work
    def offer(self, number: int, unit: PartnerUnit, days_ago: int) -> None:
        """One of the resources of the list, offered by a unit whose strengths then say so."""
        with self.on(days_ago):
            lists.offer_resource(self.of_unit(unit), unit_id=unit.id, **words()["resources"][number % len(words()["resources"])])

    def visit(self, number: int, pair: Pairing, days_ago: int) -> None:
        said = words()["visits"][number % len(words()["visits"])]
        with self.on(days_ago):
            meetings.log_visit(self.of_unit(self.units[pair.unit_name]), pair_id=pair.id, people=self.random.randint(5, 30),
                               beneficiaries=self.random.randint(10, 120), place=words()["words"]["place"], **said)

    def everyday(self, pairs: list[Pairing]) -> None:
        """Needs in every state, one per pairing in turn."""
        for number, said in enumerate(words()["needs"]):
            pair = pairs[number % len(pairs)]
            need = self.publish(pair.org_name, 40 - number, **said)
            fate = FATES[number % len(FATES)]
            if fate == "asked":
                with self.on(5):
                    self.step(self.of_community(pair.org_path), need_flow, need, "ask", pair_id=pair.id)
            elif fate != "open":
                self.lead(self.claim(need, pair, 28, self.units[pair.unit_name].liaison_name), fate, said)

    def lead(self, project: JointProject, fate: str, said: dict[str, Any]) -> None:
        """Bring a claimed project to a state."""
        if fate == "claimed":
            return
        self.plan(project, 24, 20 if said["kind"] == "facility" else 45, words()["words"]["plan"].format(title=said["title"]))
        if fate == "in_progress":
            return
        self.deliver(project, 12, words()["words"]["result"].format(title=said["title"], n=said["beneficiaries"]),
            said.get("beneficiaries"))
        if fate == "accepted":
            self.accept(project, 8)
        elif fate == "returned":
            with self.on(7):
                self.step(self.of_community(project.org_path), project_flow, project, "send_back",
                    words()["words"]["return_reason"])

    def fall_dormant(self, pair: Pairing) -> None:
        self.step(self.ctx, pairing_flow, pair, "fall_dormant")


def names_of(random: Random) -> str:
    """A made-up name, of nobody in particular."""
    return random.choice(words()["surnames"]) + random.choice(words()["given_names"])
