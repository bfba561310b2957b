"""The story of seed 003: 36 property-owning units, 240,000 yuan for lamps, wall and paving, and the council that grew of it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import select

from core.base.db import session
from core.people.models import OrgUnit

from .demo_crew import Demo, words
from .models import Council, CouncilAttendance, CouncilTopic, Pairing
from .queries.owed import review_to_write
from .services import councils, lists, meetings, sessions
from .workflows import resolution_flow


def tell(demo: Demo) -> None:
    """Units, pairings, works, council, and what goes on today."""
    story = words()["story"]
    home = story["community"]
    places = session().scalars(select(OrgUnit).where(OrgUnit.kind == "unit").order_by(OrgUnit.path)).all()
    pairs = {}
    for number, place in enumerate(places):
        unit = demo.register(place)
        pairs[unit.name] = demo.pair(unit.name, home, "co_construction", 330 - number % 7, 1 if number % 6 == 0 else 2)
    council = found(demo, home, list(pairs))
    works(demo, pairs, council)
    today(demo, pairs)
    elsewhere(demo, list(pairs))


def found(demo: Demo, home: str, units: list[str]) -> Council:
    """The council and its first session."""
    story, ctx = words()["story"], demo.of_community(demo.places[home])
    org_id = next(u.id for u in demo.names.units.values() if u.short_name == home)
    with demo.on(318):
        council = councils.found_council(ctx, org_id=org_id, name=story["council"], kind="joint_management",
            charter=story["charter"])
        councils.seat(ctx, council.id, name=words()["words"]["chair"], post=words()["words"]["chair"], can_decide=True)
        for name in units:
            unit = demo.units[name]
            councils.seat(ctx, council.id, unit_id=unit.id, name=unit.liaison_name, post=unit.liaison_post, can_decide=True)
        sessions.propose_topic(ctx, council.id, title=story["topic"], text=story["topic_text"])
    return council


def hold(demo: Demo, council: Council, days_ago: int, minutes: str, resolved: list[tuple[str, str, int]]) -> None:
    """A session: most are there themselves, some send a stand-in; resolutions are (text, unit, days until due)."""
    ctx, listed = demo.of_community(council.org_path), words()["words"]
    with demo.on(days_ago) as day:
        held = sessions.plan_session(ctx, council.id, on=day, place=listed["place"], chair=listed["chair"],
            recorder=listed["recorder"])
        seats = session().scalars(
            select(CouncilAttendance.member_id).where(CouncilAttendance.session_id == held.id).order_by(
                CouncilAttendance.id)).all()
        away = {seat: listed["stand_in"] for seat in seats[5::9]}
        missing = set(seats[7::11])
        here = [seat for seat in seats if seat not in missing]
        sessions.tick(ctx, held.id, present=here, stand_ins=away, deciding=[seat for seat in here if seat not in away])
        topic = session().scalars(select(CouncilTopic).where(CouncilTopic.session_id == held.id)).first()
        if topic is not None:
            sessions.settle_topic(ctx, topic.id, state="settled", outcome=words()["story"]["outcome"])
        for text, name, due_in in resolved:
            unit = demo.units.get(name)
            sessions.resolve(ctx, held.id, text=text, unit_id=unit.id if unit else None, topic_id=topic.id if topic else None,
                             owner_name=unit.liaison_name if unit else listed["chair"], due_on=day + dt.timedelta(days=due_in))
        sessions.hold_session(ctx, held.id, minutes=minutes)


def works(demo: Demo, pairs: dict[str, Pairing], council: Council) -> None:
    """The three works: asked for, led by one unit each, paid for by twenty, accepted."""
    story = words()["story"]
    needs = {}
    for work in story["works"]:
        total = sum(amount for _name, amount in work["gifts"])
        needs[work["title"]] = demo.publish(story["community"], 312, title=work["title"], kind=work["kind"],
            skills=work["skills"],
                                            detail=work["detail"], budget_fen=100 * total, beneficiaries=2600)
    hold(demo, council, 305, story["minutes"],
        [(story["resolved"].format(title=work["title"]), work["lead"], 110) for work in story["works"]])
    for work in story["works"]:
        project = demo.claim(needs[work["title"]], pairs[work["lead"]], 300, work["owner"])
        demo.plan(project, 292, 100, work["plan"])
        pay(demo, project, pairs, work)
        demo.deliver(project, 205, work["result"], 2600)
        demo.accept(project, 198)
    report(demo)
    hold(demo, council, 190, story["second_minutes"], [(story["next_resolved"], story["next_lead"], 60)])


def pay(demo: Demo, project: Any, pairs: dict[str, Pairing], work: dict[str, Any]) -> None:
    """Each unit gives its share; the community spends what both have confirmed."""
    ctx, total = demo.of_community(project.org_path), 0
    for number, (name, yuan) in enumerate(work["gifts"]):
        day = demo.today - dt.timedelta(days=285 - number)
        demo.give(project, pairs[name], 285 - number, kind="cash", what=words()["story"]["gave"].format(title=work["title"]),
            amount_fen=100 * yuan,
                  source=demo.random.choice(words()["words"]["sources"]), receipt_no=demo.paper("receipt", day))
        total += 100 * yuan
    with demo.on(240) as day:
        for share, part in zip((total * 6 // 10, total - total * 6 // 10), words()["story"]["shares"], strict=True):
            lists.record_spending(ctx, project.id, on=day, amount_fen=share, purpose=part.format(purpose=work["purpose"]),
                                  payee=work["lead"], voucher_no=demo.paper("voucher", day))
    demo.give(project, pairs[work["lead"]], 230, kind="labour", what=words()["story"]["worked"].format(title=work["title"]),
        quantity=160)


def report(demo: Demo) -> None:
    """The owners report what the first session had resolved, the community closes it."""
    from_first = session().scalars(select(resolution_flow.model).order_by(resolution_flow.model.id)).all()
    for row in from_first:
        unit = next(u for u in demo.units.values() if u.id == row.unit_id)
        with demo.on(200):
            demo.step(demo.of_unit(unit), resolution_flow, row, "report",
                result=words()["story"]["reported"])
        with demo.on(190):
            demo.step(demo.of_community(row.org_path), resolution_flow, row, "close")


def today(demo: Demo, pairs: dict[str, Pairing]) -> None:
    """What goes on now: offers, needs in every state, visits, summaries and reviews; three pairings fell asleep."""
    names = list(pairs)
    for number, name in enumerate(names[:8]):
        demo.offer(number, demo.units[name], 90 - number)
    for number, name in enumerate(names[:30]):
        demo.visit(number, pairs[name], 85 - 2 * number)
    demo.everyday([pairs[name] for name in words()["story"]["active"]])
    for name in names[-3:]:
        demo.fall_dormant(pairs[name])
    for name in names[:4]:
        review(demo, pairs[name])


def review(demo: Demo, pair: Pairing) -> None:
    """Both sides say what the other did, of the year that is due, if one is."""
    said = words()["story"]
    with demo.on(20):
        for side, text in ((demo.of_unit(demo.units[pair.unit_name]), said["by_unit"]),
                           (demo.of_community(pair.org_path), said["by_community"])):
            if year := review_to_write(side, pair.id):
                meetings.write_review(side, pair.id, year=year.first.year, rating="good", results=text)
    demo.summary(pair, 20, said)


def elsewhere(demo: Demo, names: list[str]) -> None:
    """Some units are paired with other communities too; one agreement waits for signatures."""
    others = session().scalars(select(OrgUnit.short_name).where(
        OrgUnit.unit_kind == "community", OrgUnit.short_name != words()["story"]["community"]).order_by(OrgUnit.path)).all()
    for number, name in enumerate(words()["story"]["elsewhere"]):
        pair = demo.pair(name, others[number % len(others)], "co_construction", 200, 2, 60)
        demo.visit(number, pair, 60)
    repair = words()["story"]["repair"]
    need = demo.publish(others[0], 70, **repair["need"])
    done = demo.claim(need, session().scalars(select(Pairing).where(
        Pairing.unit_name == repair["unit"], Pairing.org_name == others[0])).one(), 66, repair["owner"])
    demo.plan(done, 60, 30, repair["plan"])
    demo.deliver(done, 45, repair["result"], 150)
    demo.accept(done, 42)
