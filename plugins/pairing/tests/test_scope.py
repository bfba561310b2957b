"""Who sees what: a second unit's liaison, another community, another tenant, lesser rights, the plugin switched off."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import func, select

from core.base.session import session
from core.plugin import Owner
from core.tenancy.lifecycle import disable_plugin
from plugins.pairing import hooks
from plugins.pairing.models import (
    Contribution,
    CouncilSession,
    JointProject,
    NeedItem,
    PairAgreement,
    Pairing,
    PairVisit,
    ResourceItem,
)
from plugins.pairing.queries import matching
from plugins.pairing.services import councils, gifts, lists, meetings, sessions

from .conftest import TODAY

LEDGERS = ("pairs", "needs", "resources", "projects", "contributions", "activities", "contactpoints", "summaries", "reviews",
    "units",
           "resolutions")


@pytest.fixture
def story(county):
    """Records of every kind between the factory and Dongguan; returns the addresses of their pages and words on them."""
    pair_id, need_id = county.pair(), county.need(title="安装路灯工程")
    project_id = county.delivered(pair_id, need_id)
    with county.acting("factory") as ctx:
        gift_id = gifts.state_gift(ctx, project_id, pair_id=pair_id, kind="labour", what="电工出工记录", quantity=8, on=TODAY).id
        visit_id = meetings.log_visit(ctx, pair_id=pair_id, kind="help", topic="走访独居老人", result="给三户老人修好了水管").id
        offer_id = lists.offer_resource(ctx, unit_id=county.units["永丰厂"], title="永丰会议室", kind="venue", skills="会议室").id
    with county.acting("factory", dt.date(2026, 12, 1)) as ctx:
        meetings.write_review(ctx, pair_id, year=2026, rating="good", results="社区提供了党员活动室，每月开放四次")
    with county.acting("dongguan") as ctx:
        meetings.write_summary(ctx, pair_id, year=2026, quarter=3, done="修好了三户老人的水管")
        council = councils.found_council(ctx, org_id=county.orgs["东关社区"], name="东关联席会议", kind="joint_council",
                                         founded_on=dt.date(2026, 1, 1))
        councils.seat(ctx, council.id, name="王工", unit_id=county.units["永丰厂"], can_decide=True)
        held = sessions.plan_session(ctx, council.id, on=TODAY)
        resolution = sessions.resolve(ctx, held.id, text="永丰厂年底前修好东门照明", owner_name="王工",
            due_on=dt.date(2026, 12, 30),
                                      unit_id=county.units["永丰厂"])
        agreement = session().scalars(select(PairAgreement.id).where(PairAgreement.pair_id == pair_id)).one()
        return {"paths": [f"/pairing/pairs/{pair_id}", f"/pairing/needs/{need_id}", f"/pairing/projects/{project_id}",
                          f"/pairing/gifts/{gift_id}", f"/pairing/visits/{visit_id}", f"/pairing/resources/{offer_id}",
                          f"/pairing/agreements/{agreement}/file", f"/pairing/units/{county.units['永丰厂']}",
                          f"/pairing/units/{county.units['永丰厂']}/statement/2026", f"/pairing/councils/{council.id}",
                          f"/pairing/sessions/{held.id}", f"/pairing/sessions/{held.id}/minutes",
                          f"/pairing/resolutions/{resolution.id}"],
                "pair": pair_id, "project": project_id, "agreement": agreement, "gift": gift_id, "need": need_id}


WORDS = ("永丰", "安装路灯", "电工出工", "独居老人", "东门照明", "三户老人")


def test_both_sides_see_it_and_a_second_unit_and_community_see_none_of_it(county, story):
    for login in ("factory", "dongguan", "street", "reader"):
        browser = county.browser(login)
        assert [path for path in story["paths"] if browser.get(path).status_code != 200] == [], login
    for login in ("school", "xiguan"):
        browser = county.browser(login)
        shown = [path for path in story["paths"] if browser.get(path).status_code != 404]
        assert shown == [], login
        pages_read = ["/pairing/", "/pairing/councils/", "/", "/work/", "/search/?q=安装路灯", "/work/calendar"]
        pages_read += [f"/ledgers/pairing.{name}/{tail}" for name in LEDGERS for tail in ("", "print")]
        for path in pages_read:
            answer = browser.get(path)
            found = [word for word in WORDS if word in answer.text and word not in path]
            assert answer.status_code in (200, 403) and found == [], (login, path)


def test_a_second_liaison_changes_nothing(county, story):
    school = county.browser("school")
    posts = {
        f"/pairing/agreements/{story['agreement']}/sign-unit": {}, f"/pairing/pairs/{story['pair']}/renew": {
            "starts_on": "2027-01-01", "ends_on": "2027-12-31", "goals": "再办一年"},
        f"/pairing/projects/{story['project']}/gift": {"pair_id": story["pair"], "kind": "labour", "what": "x", "quantity": "1",
                                                       "on": "2026-11-23"},
        f"/work/step/pairing.project/{story['project']}/cancel": {"reason": "x"},
        f"/work/step/pairing.contribution/{story['gift']}/confirm_given": {}, f"/pairing/pairs/{story['pair']}/review": {
            "year": "2026", "rating": "good", "results": "修好了三户老人的水管"},
        f"/pairing/needs/{story['need']}/claim/{story['pair']}": {"owner_name": "x"},
    }
    for path, data in posts.items():
        assert school.post(path, data).status_code in (403, 404), path
    visit = {"pair_id": story["pair"], "kind": "help", "on": "2026-11-23", "topic": "x", "result": "给三户老人修好了水管"}
    assert school.post("/pairing/visits/new", visit).status_code == 422       # the pairing is in no list of hers
    with county.acting("all") as ctx:
        assert ctx.get(JointProject, story["project"]).state == "delivered"
        assert session().scalar(select(func.count(PairVisit.id))) == 1


def test_open_needs_are_seen_by_paired_units_only_and_each_claims_once(county):
    need_id, pair_id = county.need(title="寻找电工", skills="电工"), county.pair()
    school = county.browser("school")
    assert school.get(f"/pairing/needs/{need_id}").status_code == 404
    assert "寻找电工" not in school.get("/pairing/").text
    factory = county.browser("factory")
    assert "寻找电工" in factory.get("/pairing/").text and factory.get(f"/pairing/needs/{need_id}").status_code == 200
    with county.acting("factory") as ctx:
        found = matching.for_unit(ctx, county.units["永丰厂"])
        assert [(one.need.id, one.unit_name) for one in found] == [(need_id, "永丰厂")] and "电工" in found[0].reasons[0]
    form = {"owner_name": "王工", "once_key": "k" * 20}
    first = factory.post(f"/pairing/needs/{need_id}/claim/{pair_id}", form)
    assert first.status_code == 303 and factory.post(f"/pairing/needs/{need_id}/claim/{pair_id}", form).location == first.location
    assert factory.post(f"/pairing/needs/{need_id}/claim/{pair_id}", {"owner_name": "王工"}).status_code in (404, 409)
    with county.acting("all"):
        assert session().scalar(select(func.count(JointProject.id))) == 1


def test_suggestions_say_why_and_do_nothing(county):
    county.pair(), county.pair("实验小学")
    need_id = county.need(title="周末课堂", kind="venue", skills="会议室")
    with county.acting("school") as ctx:
        lists.offer_resource(ctx, unit_id=county.units["实验小学"], title="教室", kind="venue", skills="教室、会议室")
    with county.acting("dongguan") as ctx:
        found = matching.for_need(ctx, ctx.get(NeedItem, need_id))
        assert [one.unit_name for one in found] == ["实验小学", "永丰厂"]            # more reasons first
        assert found[0].reasons[0].startswith("类别相同") and "会议室" in found[0].reasons[1] and found[0].offer.title == "教室"
        assert "同一街道" in found[1].reasons[-1]
    page = county.browser("dongguan").get(f"/pairing/needs/{need_id}").text
    assert "只是建议" in page and "排名" not in page and county.state(NeedItem, need_id) == "open"


def test_another_tenant_knows_nothing(county, story):
    west = county.browser("admin", "west")
    assert [path for path in story["paths"] if west.get(path).status_code != 404] == []
    with county.acting("all", slug="west"):
        for model in (Pairing, NeedItem, JointProject, Contribution, ResourceItem, CouncilSession):
            assert session().scalar(select(func.count(model.id))) == 0


def test_lesser_rights_read_and_do_nothing(county, story):
    reader, worker = county.browser("reader"), county.browser("worker")
    for path in ("/pairing/needs/new", "/pairing/pairs/new", "/pairing/units/new", "/pairing/visits/new", "/pairing/councils/new",
                 "/imports/new/pairing.pairs"):
        assert reader.post(path, {}).status_code == 403, path
    assert reader.post("/ledgers/pairing.pairs/export", {"format": "xlsx", "query": ""}).status_code == 403
    assert reader.post(f"/pairing/units/{county.units['永丰厂']}/statement/2026").status_code == 403
    assert worker.post("/pairing/needs/new", {}).status_code == 403 and worker.get("/pairing/visits/new").status_code == 200
    assert county.browser("factory").get("/imports/new/pairing.pairs").status_code == 403


def test_switched_off_means_not_there_and_on_again_everything_is(county, story):
    with county.acting("all") as ctx:
        disable_plugin(ctx, "pairing")
    admin = county.browser("admin")
    for path in (*story["paths"], "/pairing/", "/pairing/nothing", "/pairing/static/x.css"):
        for method in ("get", "post", "put", "delete", "options", "head"):
            assert getattr(admin.client, method)("/t/east" + path).status_code == 404, (method, path)
    assert "联创共建" not in admin.get("/").text and admin.get("/ledgers/pairing.pairs/").status_code == 404
    with county.acting("all"):
        assert session().scalar(select(func.count(Pairing.id))) == 1


def test_calendar_search_and_the_file_by_its_number(county, story):
    with county.world.app.test_request_context("/"), county.acting("factory") as ctx:
        titles = [str(entry.title) for entry in hooks.calendar(dt.date(2026, 12, 1), dt.date(2026, 12, 31), ctx)]
        file_id = ctx.get(PairAgreement, story["agreement"]).file_id
    assert "协议到期：永丰厂 — 东关社区" in titles and "项目到期：安装路灯工程" in titles
    with county.world.app.test_request_context("/"), county.acting("school") as ctx:
        assert list(hooks.calendar(dt.date(2026, 12, 1), dt.date(2026, 12, 31), ctx)) == []
    assert "永丰厂 — 东关社区" in county.browser("dongguan").get("/search/?q=永丰").text
    assert {login: county.browser(login).get(f"/files/{file_id}").status_code for login in ("school", "xiguan", "reader")} == {
        "school": 404, "xiguan": 404, "reader": 404}


def test_pages_keep_their_budget(county):
    county.pair()
    for number in range(12):
        county.need(title=f"需求{number}")
    factory = county.browser("factory")
    factory.get("/pairing/")
    for path in ("/pairing/", "/ledgers/pairing.pairs/", "/ledgers/pairing.needs/"):
        with county.world.counting() as sent:
            assert factory.get(path).status_code == 200
        assert len(sent) <= 45, "\n".join(sent)


def test_the_manifest_is_whole(plugins):
    owner: Owner = plugins.by_name["pairing"]
    assert owner.problems() == []
    heads = [str(c.label) for c in plugins.ledgers["pairing.pairs"].columns if not c.hidden]
    assert "·".join(heads) == "共建单位·单位党组织·结对社区·类型·签约日期·期限·联络人·需求数·认领数·完成数·最近活动·状态"
    heads = [str(c.label) for c in plugins.ledgers["pairing.projects"].columns if not c.hidden]
    assert "·".join(heads) == "需求内容·提出社区·认领单位·责任人·时限·资金/物资·进展·验收·评价"
    assert {ledger.name.removeprefix("pairing.") for ledger in owner.ledgers} == set(LEDGERS)
    assert len(owner.indicators) >= 12 and len(owner.reminders) >= 12
