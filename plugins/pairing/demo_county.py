"""The pairs of seed 001: county departments with streets and communities (联创), and branches they help (帮建)."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select

from core.base.db import session
from core.people.models import OrgUnit

from .demo_crew import Demo, words
from .models import CouncilAttendance, Pairing
from .services import councils, sessions
from .services.pairs import attach_paper, propose, versions


def tell(demo: Demo) -> None:
    """Departments, their pairs, needs and visits, and the street's council."""
    said = words()["linshu"]
    orgs = {org.short_name: org for org in session().scalars(select(OrgUnit))}
    pairs: list[Pairing] = []
    for number, (name, party_org, community, branch) in enumerate(said["departments"]):
        if name not in orgs or community not in orgs:
            continue
        demo.register(orgs[name], party_org)
        pairs.append(demo.pair(name, community, "joint_creation", 320 - 3 * number, 1 if number % 4 == 0 else 2))
        if branch:
            demo.visit(1, demo.pair(name, branch, "branch_assistance", 300 - 3 * number, 2, 70 + number), 70 + number)
    if not pairs:
        return
    for number, pair in enumerate(pairs[:9]):
        demo.visit(number, pair, 75 - 5 * number)
        demo.offer(number, demo.units[pair.unit_name], 60)
    demo.everyday(pairs[:7])
    for pair in pairs[-2:]:
        demo.fall_dormant(pair)
    for pair in pairs[:2]:
        demo.summary(pair, 15, words()["linshu"])
    council(demo, orgs[said["council_org"]], pairs)
    name, street = said["extra"]
    waiting = propose(demo.of_unit(demo.units[name]), kind="joint_creation", unit_id=demo.units[name].id,
                      org_id=orgs[street].id, starts_on=demo.today, ends_on=demo.today + dt.timedelta(days=364),
                      goals=said["extra_goals"])
    attach_paper(demo.of_unit(demo.units[name]), versions(waiting)[0].id, paper=demo.scan(waiting))


def council(demo: Demo, street: OrgUnit, pairs: list[Pairing]) -> None:
    """The street's joint council: one session held, one to come with topics handed in."""
    ctx, listed, said = demo.of_community(street.path), words()["words"], words()["linshu"]
    mine = [pair for pair in pairs if pair.org_path.startswith(street.path)]
    with demo.on(120) as day:
        body = councils.found_council(ctx, org_id=street.id, name=said["council"], kind="joint_council",
                                      charter=said["charter"])
        for pair in mine:
            unit = demo.units[pair.unit_name]
            councils.seat(ctx, body.id, unit_id=unit.id, name=unit.liaison_name, post=unit.liaison_post, can_decide=True)
        sessions.propose_topic(ctx, body.id, title=said["topic"], text=said["topic_text"])
        held = sessions.plan_session(ctx, body.id, on=day, place=listed["place"], chair=listed["chair"],
            recorder=listed["recorder"])
        seats = list(session().scalars(select(CouncilAttendance.member_id).where(CouncilAttendance.session_id == held.id)))
        sessions.tick(ctx, held.id, present=seats, stand_ins={}, deciding=seats)
        sessions.resolve(ctx, held.id, text=said["resolved"], unit_id=mine[0].unit_id,
                         owner_name=demo.units[mine[0].unit_name].liaison_name, due_on=demo.today + dt.timedelta(days=10))
        sessions.hold_session(ctx, held.id,
            minutes=said["minutes"])
    sessions.plan_session(ctx, body.id, on=demo.today + dt.timedelta(days=12), place=listed["place"], chair=listed["chair"],
                          recorder=listed["recorder"])
    sessions.propose_topic(demo.of_unit(demo.units[mine[1].unit_name]), body.id, title=said["next_topic"],
        text=said["next_topic_text"])
