"""The whole way of two sides: agree, ask, claim, plan, deliver, accept or return, confirm, review, renew."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import func, select

from core.base.session import session
from core.contracts.errors import Conflict, Forbidden, Invalid, NotFound
from plugins.pairing.models import Contribution, JointProject, NeedItem, PairAgreement, Pairing
from plugins.pairing.services import gifts, lists, meetings, pairs

from .conftest import TERMS, TODAY, paper

CASH = {"kind": "cash", "what": "装路灯", "on": TODAY, "amount_fen": 24_000_000, "source": "企业自筹", "receipt_no": "S-1"}


def agreement_of(county, pair_id, number=1):
    with county.acting("all"):
        return session().scalars(select(PairAgreement.id).where(PairAgreement.pair_id == pair_id,
            PairAgreement.number == number)).one()


def test_both_sign_then_it_is_in_force(county):
    pair_id = county.pair(signed=False)
    agreement = agreement_of(county, pair_id)
    assert county.state(Pairing, pair_id) == "proposed"
    with county.acting("factory") as ctx:
        assert not pairs.sign_for_unit(ctx, agreement).in_force
        with pytest.raises(Conflict):
            pairs.sign_for_unit(ctx, agreement)
        with pytest.raises((Forbidden, NotFound)):
            pairs.sign_for_community(ctx, agreement)
    with county.acting("xiguan") as ctx, pytest.raises(NotFound):
        pairs.sign_for_community(ctx, agreement)
    with county.acting("dongguan") as ctx:
        assert pairs.sign_for_community(ctx, agreement).in_force
    with county.acting("all") as ctx:
        pair = ctx.get(Pairing, pair_id)
        assert (pair.state, pair.agreement_no, pair.signed_on, pair.last_event_on) == ("active", 1, TODAY, TODAY)


def test_nobody_signs_without_the_paper_or_for_both(county):
    pair_id = county.pair(signed=False, paper=None)
    agreement = agreement_of(county, pair_id)
    with county.acting("factory") as ctx, pytest.raises(Invalid, match="协议文件"):
        pairs.sign_for_unit(ctx, agreement)
    with county.acting("dongguan") as ctx:
        pairs.attach_paper(ctx, agreement, paper=paper())
    with county.acting("all") as ctx:
        both = ctx.evolve(actor=ctx.actor.__class__("user", 77, "代办员"))
        pairs.sign_for_unit(both, agreement)
        with pytest.raises(Invalid, match="双方"):
            pairs.sign_for_community(both, agreement)
        with pytest.raises(Conflict):
            pairs.attach_paper(both, agreement, paper=paper())


def test_claim_plan_deliver_return_accept(county):
    pair_id, need_id = county.pair(), county.need(wanted_by=dt.date(2026, 12, 30))
    project_id = county.delivered(pair_id, need_id)
    assert county.state(NeedItem, need_id) == "claimed"
    with pytest.raises(Invalid, match="理由"):
        county.step("dongguan", "project", project_id, "send_back")
    county.step("dongguan", "project", project_id, "send_back", reason="两盏不亮")
    county.step("factory", "project", project_id, "deliver", result="十二盏路灯全部调试完成，可以使用")
    with pytest.raises(Forbidden):
        county.step("factory", "project", project_id, "accept", rating="good")
    county.step("dongguan", "project", project_id, "accept", rating="good", comment="居民满意")
    assert (county.state(JointProject, project_id), county.state(NeedItem, need_id)) == ("accepted", "met")
    with county.acting("all"):
        project = session().scalars(select(JointProject)).one()
        assert (project.accepted_on, project.days_taken, project.rating) == (TODAY, 0, "good")


def test_asked_unit_declines_and_the_need_is_open_again(county):
    pair_id, need_id = county.pair(), county.need()
    other = county.pair("实验小学")
    county.step("dongguan", "need", need_id, "ask", pair_id=pair_id)
    with county.acting("school") as ctx, pytest.raises(NotFound):
        lists.claim_need(ctx, need_id, pair_id=other, owner_name="李老师")
    county.step("factory", "need", need_id, "decline", reason="没有电工")
    assert county.state(NeedItem, need_id) == "open"
    with county.acting("school") as ctx:
        lists.claim_need(ctx, need_id, pair_id=other, owner_name="李老师")
    project_id = county.project_of(need_id)
    county.step("school", "project", project_id, "cancel", reason="人手不足")
    assert county.state(NeedItem, need_id) == "open"
    with county.acting("all") as ctx:
        assert ctx.get(NeedItem, need_id).unit_path is None


def test_money_counts_when_both_confirm_and_is_never_overspent(county):
    pair_id, need_id = county.pair(), county.need()
    project_id = county.delivered(pair_id, need_id)
    with county.acting("factory") as ctx:
        for missing in ("source", "receipt_no", "amount_fen"):
            with pytest.raises(Invalid) as refused:
                gifts.state_gift(ctx, project_id, pair_id=pair_id, **{**CASH, missing: None})
            assert list(refused.value.errors) == [missing]
        gift_id = gifts.state_gift(ctx, project_id, pair_id=pair_id, **CASH).id
    spend = {"on": TODAY, "purpose": "灯具采购", "voucher_no": "P-1"}
    with county.acting("dongguan") as ctx, pytest.raises(Invalid, match="0.00"):
        lists.record_spending(ctx, project_id, amount_fen=1, **spend)
    with pytest.raises(Forbidden):
        county.step("factory", "contribution", gift_id, "confirm_receipt")
    county.step("dongguan", "contribution", gift_id, "confirm_receipt")
    with county.acting("dongguan") as ctx:
        lists.record_spending(ctx, project_id, amount_fen=23_000_000, **spend)
        with pytest.raises(Invalid, match="10,000.00"):
            lists.record_spending(ctx, project_id, amount_fen=1_000_001, **spend)
        lists.record_spending(ctx, project_id, amount_fen=1_000_000, **spend)
    with county.acting("school") as ctx, pytest.raises((NotFound, Invalid)):
        gifts.state_gift(ctx, project_id, pair_id=pair_id, **CASH)


def test_a_neighbour_gives_through_its_own_pairing(county):
    """Another unit of the community gives to the project; it confirms, and sees its gift, not the project."""
    pair_id, need_id, other = county.pair(), county.need(), county.pair("实验小学")
    project_id = county.delivered(pair_id, need_id)
    with county.acting("dongguan") as ctx:
        gift_id = gifts.state_gift(ctx, project_id, pair_id=other, **CASH).id
        with pytest.raises(Forbidden):
            county.step("dongguan", "contribution", gift_id, "confirm_given")
    with county.acting("factory"):
        assert session().scalar(select(func.count(Contribution.id))) == 1      # outside a service nothing is narrowed
    county.step("school", "contribution", gift_id, "confirm_given")
    assert county.browser("school").get(f"/pairing/gifts/{gift_id}").status_code == 200
    assert county.browser("school").get(f"/pairing/projects/{project_id}").status_code == 404
    page = county.browser("factory").get(f"/pairing/projects/{project_id}").text
    assert "240,000.00" in page and "实验小学" not in page
    assert county.browser("factory").get(f"/pairing/gifts/{gift_id}").status_code == 404


def test_overlap_with_itself_and_terms_are_refused(county):
    county.pair()
    cases = {
        "starts_on": {"starts_on": dt.date(2026, 6, 1), "ends_on": dt.date(2027, 5, 31)},
        "ends_on": {"ends_on": dt.date(2025, 1, 1)}, "org_id": {"org_id": county.orgs["永丰厂"]},
        "goals": {"goals": "每月认领数不少于5项，纳入排名"}, "unit_id": {"unit_id": 123},
    }
    with county.acting("officer") as ctx:
        for named, change in cases.items():
            with pytest.raises(Invalid) as refused:
                pairs.propose(ctx,
                    **{"kind": "co_construction", "unit_id": county.units["永丰厂"], "org_id": county.orgs["东关社区"],
                                      **TERMS, **change})
            assert list(refused.value.errors) == [named]
        with pytest.raises(Invalid, match="5 年"):
            pairs.propose(ctx,
                **{"kind": "joint_creation", "unit_id": county.units["永丰厂"], "org_id": county.orgs["东关社区"], **TERMS,
                                  "ends_on": dt.date(2036, 1, 1)})
        other_kind = pairs.propose(ctx, kind="joint_creation", unit_id=county.units["永丰厂"], org_id=county.orgs["东关社区"],
            **TERMS)
        assert other_kind.state == "proposed"


def test_a_unit_with_several_communities_and_an_ended_pairing_may_come_again(county):
    first = county.pair()
    county.pair(org="西关社区")
    county.step("dongguan", "pairing", first, "end", reason="任务完成")
    with county.acting("officer") as ctx, pytest.raises(Invalid):
        pairs.propose(ctx, kind="co_construction", unit_id=county.units["永丰厂"], org_id=county.orgs["东关社区"], **TERMS)
    again = county.pair(starts_on=dt.date(2026, 11, 24), ends_on=dt.date(2027, 11, 23))
    assert county.state(Pairing, again) == "agreed"


def test_renewal_is_a_new_version_signed_by_both(county):
    pair_id = county.pair()
    with county.acting("factory") as ctx:
        renewed = pairs.propose_renewal(ctx, pair_id, starts_on=dt.date(2027, 1, 1), ends_on=dt.date(2027, 12, 31),
                                        goals="再办一年托管班", paper=paper()).id
    for login, tail, said in (("factory", "unit", "等待另一方签署"), ("dongguan", "community", "协议生效")):
        browser = county.browser(login)
        assert browser.post(f"/pairing/agreements/{renewed}/sign-{tail}").status_code == 303
        assert said in browser.get(f"/pairing/pairs/{pair_id}").text
    with county.acting("all") as ctx:
        pair = ctx.get(Pairing, pair_id)
        assert (pair.agreement_no, pair.ends_on, pair.goals) == (2, dt.date(2027, 12, 31), "再办一年托管班")


def test_visits_summary_and_two_way_review(county):
    pair_id = county.pair(day=dt.date(2026, 1, 5))
    day = dt.date(2026, 12, 22)
    with county.acting("factory", day) as ctx:
        with pytest.raises(Invalid, match="领导高度重视"):
            meetings.log_visit(ctx, pair_id=pair_id, kind="help", topic="走访", result="领导高度重视，取得圆满成功")
        meetings.log_visit(ctx, pair_id=pair_id, kind="help", topic="走访老党员", on=dt.date(2026, 11, 2),
            result="给三户老人修好了水管")
        meetings.write_review(ctx, pair_id, year=2026, rating="good", results="社区提供了党员活动室，每月开放四次")
        with pytest.raises(Conflict):
            meetings.write_review(ctx, pair_id, year=2026, rating="good", results="社区提供了党员活动室，每月开放四次")
        with pytest.raises((Forbidden, NotFound)):
            meetings.write_summary(ctx, pair_id, year=2026, quarter=4, done="修好了三户老人的水管")
    with county.acting("dongguan", day) as ctx:
        found = meetings.write_summary(ctx, pair_id, year=2026, quarter=4, done="修好了三户老人的水管")
        assert (found.visits, found.claimed, found.delivered) == (1, 0, 0)
        with pytest.raises(Invalid):
            meetings.write_summary(ctx, pair_id, year=2027, quarter=1, done="修好了三户老人的水管")
        review = meetings.write_review(ctx, pair_id, year=2026, rating="fair", results="修好路灯十二盏，帮助老人修水管")
        assert review.side == "community"
    with county.acting("worker") as ctx, pytest.raises((Forbidden, NotFound)):
        meetings.write_review(ctx, pair_id, year=2025, rating="fair", results="修好路灯十二盏，帮助老人修水管")
