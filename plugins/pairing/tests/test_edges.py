"""What goes wrong at the edges: rights beside one another, terms, boundary days, years and quarters."""

from __future__ import annotations

import datetime as dt
import io
import re

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from core.access.models import Role, RoleGrant
from core.base.session import begin_write, session
from core.contracts.errors import Forbidden, Invalid
from core.people.services.reorganise import move_org
from core.work.models import WorkItem
from plugins.pairing.models import JointProject, NeedItem, PairAgreement, Pairing
from plugins.pairing.queries import matching
from plugins.pairing.queries.statement import statement
from plugins.pairing.services import lists, meetings, pairs

from .conftest import TERMS, paper
from .test_time import round_on, waiting

NEXT = {"starts_on": dt.date(2027, 1, 1), "ends_on": dt.date(2027, 12, 31), "goals": "再办一年周末托管班"}


def agreement_of(pair_id):
    return session().scalars(select(PairAgreement.id).where(PairAgreement.pair_id == pair_id)).one()


def test_what_was_finished_after_the_end_stands_in_the_statement(county):
    """Projects in hand outlive the pairing: the year after has its lines, not a 500."""
    pair_id, need_id = county.pair(starts_on=dt.date(2025, 1, 1), ends_on=dt.date(2026, 12, 31)), county.need()
    project_id = county.delivered(pair_id, need_id)
    county.step("dongguan", "pairing", pair_id, "end", reason="任务完成", accept=True, day=dt.date(2026, 12, 30))
    county.step("dongguan", "project", project_id, "accept", rating="good", day=dt.date(2027, 1, 10))
    with county.acting("factory", dt.date(2027, 2, 1)) as ctx:
        found = statement(ctx, county.units["永丰厂"], 2027)
        assert [(part.name, part.kinds, len(part.projects)) for part in found.parts] == [("东关社区", "共建", 1)]
        assert statement(ctx, county.units["永丰厂"], 2024).parts == []
        with pytest.raises(Invalid, match="已于"):
            meetings.log_visit(ctx, pair_id=pair_id, kind="help", topic="走访", result="给三户老人修好了水管")


def test_the_workbook_holds_what_one_may_export(county):
    """Reading both communities and exporting for one of them: the file has the one."""
    for org, login in (("东关社区", "dongguan"), ("西关社区", "xiguan")):
        project_id = county.delivered(county.pair(org=org), county.need(login, org, title=f"{org}路灯"))
        county.step(login, "project", project_id, "accept", rating="good")
    county.hire({"both": ("inspector", "")})
    with county.acting("all"):
        begin_write()
        role = session().query(Role).filter(Role.key == "community_secretary").one()
        session().add(RoleGrant(user_id=county.users["both"], role_id=role.id, org_path=county.paths["西关社区"],
                                org_unit_id=county.orgs["西关社区"], starts_on=dt.date(2020, 1, 1)))
        session().commit()
    browser, path = county.browser("both"), f"/pairing/units/{county.units['永丰厂']}/statement/2026"
    assert "东关社区路灯" in browser.get(path).text
    texts = sheet_texts(browser.post(path).data)
    assert "西关社区路灯" in texts and "东关社区路灯" not in texts


def sheet_texts(data):
    return " ".join(str(cell.value) for row in load_workbook(io.BytesIO(data)).active.iter_rows() for cell in row)


def test_the_place_above_a_unit_sees_and_does_not_act(county):
    """A unit that stands below Dongguan is paired with Xiguan: Dongguan's secretary reads it and moves nothing."""
    with county.acting("all") as ctx:
        move_org(ctx, county.orgs["永丰厂"], parent_id=county.orgs["东关社区"])
    pair_id = county.pair(org="西关社区", signed=False, paper=None)
    with county.acting("dongguan") as ctx:
        for call in (lambda: pairs.attach_paper(ctx, agreement_of(pair_id), paper=paper()),
                     lambda: pairs.name_owners(ctx, pair_id, unit_owner="别人"),
                     lambda: pairs.propose_renewal(ctx, pair_id, **NEXT),
                     lambda: meetings.log_visit(ctx, pair_id=pair_id, kind="help", topic="走访", result="给三户老人修好了水管")):
            with pytest.raises((Forbidden, Invalid)):
                call()
        with pytest.raises(Invalid, match="不在其中"):
            pairs.propose(ctx, kind="joint_creation", unit_id=county.units["永丰厂"], org_id=county.orgs["西关社区"], **TERMS)
    page = county.browser("dongguan").get(f"/pairing/pairs/{pair_id}")
    assert page.status_code == 200 and not any(word in page.text for word in ("附上协议文件", "修改责任人", "代表单位签署"))
    with county.acting("street") as ctx:                            # stands in for units without an account
        assert pairs.attach_paper(ctx, agreement_of(pair_id), paper=paper()).file_name == "协议.pdf"


def test_a_term_that_is_over_binds_nobody_and_early_signing_is_no_sleep(county):
    over = {"starts_on": dt.date(2025, 1, 1), "ends_on": dt.date(2025, 12, 31)}
    pair_id = county.pair()
    with county.acting("officer") as ctx:
        for call in (lambda: pairs.propose(ctx, **{**TERMS, **over, "kind": "joint_creation"},
                                           unit_id=county.units["永丰厂"], org_id=county.orgs["西关社区"]),
                     lambda: pairs.propose_renewal(ctx, pair_id, **{**NEXT, "starts_on": TERMS["starts_on"],
                                                                    "ends_on": dt.date(2026, 11, 22)})):
            with pytest.raises(Invalid) as refused:
                call()
            assert list(refused.value.errors) == ["ends_on"]
    early = county.pair("实验小学", starts_on=dt.date(2027, 8, 1), ends_on=dt.date(2028, 7, 31))
    round_on(county, dt.date(2027, 8, 1))                           # signed eight months before the term
    assert county.state(Pairing, early) == "active"


def test_renewal_may_begin_on_the_day_after_and_no_day_is_covered_twice(county):
    pair_id = county.pair()
    round_on(county, dt.date(2026, 12, 31))
    assert county.state(Pairing, pair_id) == "active"              # its last day
    round_on(county, dt.date(2027, 1, 1))
    assert county.state(Pairing, pair_id) == "expired"
    county.step("dongguan", "pairing", pair_id, "end", reason="换一份协议", day=dt.date(2026, 12, 31))
    for first, wrong in ((dt.date(2026, 12, 31), True), (dt.date(2027, 1, 1), False)):
        with county.acting("officer", dt.date(2027, 1, 1)) as ctx:
            data = {**NEXT, "starts_on": first, "kind": "co_construction", "unit_id": county.units["永丰厂"],
                    "org_id": county.orgs["东关社区"]}
            if wrong:
                with pytest.raises(Invalid, match="重叠"):
                    pairs.propose(ctx, **data)
            else:
                assert pairs.propose(ctx, **data).state == "proposed"


def test_an_offer_that_ran_out_is_offered_no_more(county):
    pair_id = county.pair()
    with county.acting("factory", dt.date(2026, 11, 1)) as ctx:
        offer = lists.offer_resource(ctx, unit_id=county.units["永丰厂"], title="礼堂", kind="venue", skills="礼堂",
                                     until=dt.date(2026, 11, 10)).id
    with county.acting("dongguan", dt.date(2026, 11, 5)) as ctx:
        need_id = lists.publish_need(ctx, org_id=county.orgs["东关社区"], title="文艺汇演", kind="venue", skills="礼堂").id
        assert [one.offer.title for one in matching.for_need(ctx, ctx.get(NeedItem, need_id))] == ["礼堂"]
    with county.acting("dongguan") as ctx:
        assert matching.for_need(ctx, ctx.get(NeedItem, need_id)) == []
        with pytest.raises(Invalid):
            lists.start_project(ctx, pair_id=pair_id, resource_id=offer, title="用礼堂", kind="venue")
    with county.acting("factory") as ctx, pytest.raises(Invalid, match="资源"):
        lists.claim_need(ctx, need_id, pair_id=pair_id, owner_name="王工", resource_id=offer)
    assert county.browser("dongguan").get(f"/pairing/resources/{offer}").status_code == 404


def test_a_need_asked_of_a_unit_goes_back_when_the_pairing_ends_or_the_community_wants_it(county):
    pair_id, need_id = county.pair(), county.need()
    county.step("dongguan", "need", need_id, "ask", pair_id=pair_id)
    county.step("dongguan", "need", need_id, "take_back")
    county.step("dongguan", "need", need_id, "ask", pair_id=pair_id)
    county.step("dongguan", "pairing", pair_id, "end", reason="另行安排")
    with county.acting("all") as ctx:
        need = ctx.get(NeedItem, need_id)
        assert (need.state, need.pair_id, need.unit_path) == ("open", None, None)
        waits = session().scalars(select(WorkItem.step).where(WorkItem.declared == "pairing.need",
                                                              WorkItem.state == "open")).all()
        assert waits == []                                          # an open need was asked of nobody


def test_quarters_and_years_are_asked_for_beyond_their_last_day(county):
    pair_id = county.pair(starts_on=dt.date(2025, 10, 1), ends_on=dt.date(2027, 9, 30), day=dt.date(2025, 10, 1))
    county.step("all", "pairing", pair_id, "wake") if county.state(Pairing, pair_id) == "dormant" else None
    with county.acting("factory", dt.date(2026, 12, 30)) as ctx:
        meetings.log_visit(ctx, pair_id=pair_id, kind="exchange", topic="年终交流", result="商定春节前走访困难家庭二十户")
    day = dt.date(2027, 1, 5)
    round_on(county, day)
    owed = {"pairing.summary_due", "pairing.review_community"}
    assert owed <= waiting(county, "dongguan", day) and "pairing.exchange_due" not in waiting(county, "dongguan", day)
    with county.acting("dongguan", day) as ctx:
        assert meetings.write_summary(ctx, pair_id, year=2026, quarter=4, done="走访困难家庭二十户").visits == 1
        meetings.write_review(ctx, pair_id, year=2026, rating="good", results="走访困难家庭二十户，修好路灯")
    round_on(county, day + dt.timedelta(days=1))
    assert not owed & waiting(county, "dongguan", day)
    with county.acting("factory", dt.date(2027, 3, 1)) as ctx:
        need_id = county.need()
        lists.claim_need(ctx, need_id, pair_id=pair_id, owner_name="王工")
    later = dt.date(2027, 3, 20)
    round_on(county, later)
    assert "pairing.exchange_due" in waiting(county, "dongguan", later)      # a claim is work, not a visit




def prefilled(browser, path):
    text = browser.get(path).text
    tags = [re.search(rf'<input[^>]*name="{name}"[^>]*>', text) for name in ("year", "quarter")]
    return [int(found[1]) if (found := re.search(r'value="(\d+)"', tag[0])) else None for tag in tags if tag]


def test_a_form_begins_with_what_is_owed_and_refuses_what_is_not_over(county):
    pair_id = county.pair(starts_on=dt.date(2025, 10, 1), ends_on=dt.date(2027, 9, 30), day=dt.date(2025, 10, 1))
    summary, review = f"/pairing/pairs/{pair_id}/summary", f"/pairing/pairs/{pair_id}/review"
    done = {"done": "走访困难家庭二十户", "results": "走访困难家庭二十户", "rating": "good"}
    with county.on(dt.date(2027, 1, 5)):
        browser = county.browser("dongguan")
        assert (prefilled(browser, summary), prefilled(browser, review)) == ([2026, 4], [2026])
        for path, form in ((summary, {"year": 2027, "quarter": 1}), (review, {"year": 2027})):
            answer = browser.post(path, {**done, **form})
            assert answer.status_code == 422 and "起可以登记" in answer.text, path
        assert browser.post(summary, {**done, "year": 2026, "quarter": 4}).status_code == 303
        assert browser.post(review, {**done, "year": 2026}).status_code == 303
        assert (prefilled(browser, summary), prefilled(browser, review)) == ([None, None], [None])
        assert prefilled(county.browser("factory"), review) == [2026]           # its own side has not written
    with county.on(dt.date(2027, 3, 20)):
        assert prefilled(county.browser("dongguan"), summary) == [None, None]
    with county.on(dt.date(2027, 3, 21)):                               # ten days before the end, when the reminder opens
        assert prefilled(county.browser("dongguan"), summary) == [2027, 1]
    with county.acting("dongguan", dt.date(2027, 10, 5)) as ctx, pytest.raises(Invalid, match="协议期内"):
        meetings.write_summary(ctx, pair_id, year=2027, quarter=4, done="走访困难家庭二十户")


def test_a_summary_counts_what_was_claimed_in_its_quarter(county):
    """Asked for in July, claimed in November: it counts in November's quarter, and not while it is only asked for."""
    pair_id = county.pair(day=dt.date(2026, 1, 5))
    with county.acting("dongguan", dt.date(2026, 7, 1)) as ctx:
        need_id = lists.publish_need(ctx, org_id=county.orgs["东关社区"], title="安装路灯", kind="facility").id
    with county.acting("factory") as ctx:
        lists.claim_need(ctx, need_id, pair_id=pair_id, owner_name="王工")
    with county.acting("dongguan") as ctx:
        asked, taken, off = (lists.start_project(ctx, pair_id=pair_id, title=title, kind="facility").id
                             for title in ("只是提出", "同意承办", "先同意后取消"))
    for one in (taken, off):
        county.step("factory", "project", one, "take")
    county.step("dongguan", "project", off, "call_off", reason="另有安排")
    with county.acting("dongguan", dt.date(2026, 12, 28)) as ctx:
        found = [meetings.write_summary(ctx, pair_id, year=2026, quarter=quarter, done="走访困难家庭二十户").claimed
                 for quarter in (3, 4)]
        assert found == [0, 2] and ctx.get(JointProject, asked).claimed_on is None
