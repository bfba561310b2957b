"""What time does: beginning, dormancy, expiry, reminders, deadlines; and that each number has its source."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select

from core.base.session import session
from core.contracts.errors import Invalid
from core.contracts.events import CommitmentDelivered, Event
from core.indicators.engine import measure
from core.rules import catalog
from core.service import Context
from core.work.clockwork import make_timed_steps
from core.work.models import WorkItem
from core.work.rounds import make_round
from plugins.pairing import workflows
from plugins.pairing.models import CouncilAttendance, JointProject, NeedItem, Pairing
from plugins.pairing.services import councils, gifts, meetings, pairs, sessions

from .conftest import TODAY, paper

FLOWS = (workflows.pairing_flow, workflows.need_flow, workflows.project_flow, workflows.gift_flow, workflows.resolution_flow)


def round_on(county, day):
    """The daily jobs of a day."""
    with county.acting("all", day) as ctx:
        own = [r for r in ctx.plugins.reminders.values() if r.name.startswith("pairing.")]
        return sum(make_timed_steps(ctx, flow, step) for flow in FLOWS for step in flow.timed()) + sum(
            make_round(ctx, reminder)[0] for reminder in own)


def waiting(county, login, day=TODAY):
    """What waits in the inbox of an account: (declared, title) of open items."""
    from_path = county.paths
    with county.acting("all", day):
        items = session().scalars(select(WorkItem).where(WorkItem.state.in_(("open", "for_review", "returned",
            "in_progress")))).all()
        place = {"factory": from_path["永丰厂"], "dongguan": from_path["东关社区"], "school": from_path["实验小学"]}[login]
        return {item.declared for item in items if item.org_path == place}


def test_a_pairing_begins_sleeps_wakes_and_expires_with_its_dates(county):
    pair_id = county.pair(starts_on=dt.date(2026, 12, 1), ends_on=dt.date(2027, 11, 30))
    assert county.state(Pairing, pair_id) == "agreed"
    round_on(county, dt.date(2026, 12, 1))
    assert county.state(Pairing, pair_id) == "active"
    round_on(county, dt.date(2027, 5, 24))          # six months after the signature, not after the term began
    assert county.state(Pairing, pair_id) == "active"
    round_on(county, dt.date(2027, 6, 1))
    assert county.state(Pairing, pair_id) == "dormant"
    with county.acting("factory", dt.date(2027, 6, 2)) as ctx:
        meetings.log_visit(ctx, pair_id=pair_id, kind="exchange", topic="恢复交流", result="商定每月一次志愿维修，从六月开始")
    assert county.state(Pairing, pair_id) == "active"
    round_on(county, dt.date(2027, 12, 1))
    assert county.state(Pairing, pair_id) == "expired"
    with county.acting("factory", dt.date(2027, 12, 2)) as ctx:
        renewed = pairs.propose_renewal(ctx, pair_id, starts_on=dt.date(2027, 12, 1), ends_on=dt.date(2028, 11, 30),
            goals="继续维修",
                                        paper=paper()).id
        pairs.sign_for_unit(ctx, renewed)
    with county.acting("dongguan", dt.date(2027, 12, 2)) as ctx:
        pairs.sign_for_community(ctx, renewed)
    assert county.state(Pairing, pair_id) == "active"


def test_each_side_is_reminded_of_what_it_owes(county):
    county.pair(signed=False)
    round_on(county, TODAY)
    assert waiting(county, "factory") == {"pairing.sign_unit"} and waiting(county, "dongguan") == {"pairing.sign_community"}
    pair_id = county.pair("实验小学")
    county.need()
    county.step("officer", "pairing", county.pair(org="西关社区"), "end", reason="另行安排")
    day = dt.date(2026, 12, 21)
    round_on(county, day)
    assert {"pairing.needs_open", "pairing.expiry_last", "pairing.review_unit"} <= waiting(county, "school", day)
    assert {"pairing.expiry", "pairing.review_community", "pairing.summary_due"} <= waiting(county, "dongguan", day)
    with county.acting("dongguan", day) as ctx:
        meetings.write_review(ctx, pair_id, year=2026, rating="good", results="帮助办起周末托管班，二十个孩子参加")
        meetings.write_summary(ctx, pair_id, year=2026, quarter=4, done="办起周末托管班，二十个孩子参加")
    round_on(county, day + dt.timedelta(days=1))
    assert not {"pairing.review_community", "pairing.summary_due"} & waiting(county, "dongguan", day)


def test_steps_wait_in_the_inbox_of_the_right_side_and_the_event_goes_out(county, monkeypatch):
    pair_id, need_id = county.pair(), county.need()
    county.step("dongguan", "need", need_id, "ask", pair_id=pair_id)
    assert "pairing.need" in waiting(county, "factory")
    project_id = county.delivered(pair_id, need_id)
    assert "pairing.project" in waiting(county, "dongguan") and "pairing.need" not in waiting(county, "factory")
    heard: list[Event] = []
    monkeypatch.setattr(Context, "publish", lambda ctx, *events: heard.extend(events))
    county.step("dongguan", "project", project_id, "accept", rating="good")
    assert county.state(JointProject, project_id) == "accepted"
    event = next(one for one in heard if isinstance(one, CommitmentDelivered))
    assert (event.unit_org_id, event.org_id, event.on) == (county.orgs["永丰厂"], county.orgs["东关社区"], TODAY.isoformat())
    assert (event.source, event.source_id, event.kind) == ("pairing.project", project_id, "facility")


def test_a_council_collects_resolves_reports_and_carries_over(county):
    with county.acting("dongguan") as ctx:
        council = councils.found_council(ctx, org_id=county.orgs["东关社区"], name="东关联席会议", kind="joint_council",
                                         founded_on=dt.date(2026, 6, 1))
        councils.seat(ctx, council.id, name="王工", unit_id=county.units["永丰厂"], can_decide=True)
        council_id = council.id
    with county.acting("factory") as ctx:
        early = sessions.propose_topic(ctx, council_id, title="东门停车")
        assert (early.state, early.proposed_by) == ("collected", "永丰厂")
    with county.acting("dongguan") as ctx:
        held = sessions.plan_session(ctx, council_id, on=TODAY)
        late = sessions.propose_topic(ctx, council_id, title="当天才提的")
        assert late.session_id is None                      # handed in too late for today's session
        sessions.settle_topic(ctx, early.id, state="settled", outcome="先划线二十个")
        row = sessions.resolve(ctx, held.id, text="永丰厂划出二十个夜间车位", owner_name="王工", due_on=dt.date(2026, 12, 1),
                               unit_id=county.units["永丰厂"], topic_id=early.id)
        row_id, held_id = row.id, held.id
        for wrong in ({"unit_id": county.units["实验小学"]}, {"due_on": dt.date(2026, 1, 1)}, {"topic_id": late.id},
            {"text": "高度重视"}):
            data = {"text": "永丰厂划出二十个夜间车位", "owner_name": "王工", "due_on": dt.date(2026, 12, 1), **wrong}
            with pytest.raises(Invalid) as refused:
                sessions.resolve(ctx, held_id, **data)
            assert list(refused.value.errors) == list(wrong)
        with pytest.raises(Invalid, match="作决定"):
            sessions.hold_session(ctx, held_id, minutes="到会无人能定")
        seats = [row.member_id for row in session().scalars(select(CouncilAttendance))]
        sessions.tick(ctx, held_id, present=seats, stand_ins={}, deciding=seats)
        assert sessions.hold_session(ctx, held_id, minutes="议定停车事项").held
    assert "pairing.resolution" in waiting(county, "factory")
    county.step("factory", "resolution", row_id, "report", result="已划出二十个夜间车位并安装指示牌")
    county.step("dongguan", "resolution", row_id, "carry_over", due_on=dt.date(2027, 3, 1), reason="指示牌不清楚")
    county.step("factory", "resolution", row_id, "report", result="更换了指示牌，车位全部启用")
    county.step("dongguan", "resolution", row_id, "close")
    page = county.browser("factory").get(f"/pairing/sessions/{held_id}/minutes")
    assert "二十个夜间车位" in page.text and "东门停车" in page.text


def test_figures_count_what_was_delivered(county):
    pair_id = county.pair()
    done, open_one = county.need(), county.need(title="修围墙")
    project_id = county.delivered(pair_id, done)
    county.step("dongguan", "project", project_id, "accept", rating="good")
    with county.acting("factory") as ctx:
        gift = gifts.state_gift(ctx, project_id, pair_id=pair_id, kind="cash", what="灯具", on=TODAY, amount_fen=500_00,
            source="自筹",
                                receipt_no="1").id
    county.step("dongguan", "contribution", gift, "confirm_receipt")
    with county.acting("officer") as ctx:
        found = {name.removeprefix("pairing."): str(value) for name, value in measure(ctx, [
            i for i in ctx.plugins.indicators.values() if i.name.startswith("pairing.")]).items()}
    assert found["needs_claimed"] == "50%" and found["delivered"] == "100%" and found["median_days"] == "0"
    assert found["given_cash"] == "500.00" and found["nothing_yet"] == "0" and found["communities_paired"] == "50%"
    assert county.state(NeedItem, open_one) == "open"


def test_deadlines_are_rules_with_a_source(plugins):
    named = [s.due or (s.when and s.when.rule) for flow in FLOWS for s in flow.steps]
    named += [key for r in plugins.by_name["pairing"].reminders for key in (r.rule, r.ahead)]
    assert all(catalog()[key].source for key in named if key)
