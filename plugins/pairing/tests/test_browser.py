"""Two sides in real browsers, from agreement to statement; a second liaison sees none of it. And the looks of the pages."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path

import pytest
from openpyxl import load_workbook

from core.base import clock
from core.testing.serving import lend_session, serving
from plugins.pairing.services import councils, gifts, lists, meetings, sessions

from .conftest import TERMS

DESK, PHONE = (1440, 900), (390, 844)
WCAG = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}}
PICTURES = os.environ.get("PAIRING_PICTURES", "")          # a folder: pictures for whoever wants to look


@pytest.fixture
def visit(county, open_page):
    """Function that opens a browser signed in as somebody of the staff, at the first page of the module."""
    with serving(county.world.app) as address:
        def open_as(login, path="/pairing/", size=DESK):
            page = open_page(size)
            page.root = lend_session(page, county.browser(login), address)
            page.goto(page.root + path)
            return page

        yield open_as


@pytest.fixture
def today(county):
    """The browsers' server knows no frozen clock: the real day."""
    with clock.at(dt.datetime.now(dt.UTC)):
        yield clock.today()


def confirm(page, name):
    page.get_by_role("button", name=name, exact=True).click()
    with page.expect_navigation():
        page.get_by_role("dialog").get_by_role("button", name=name, exact=True).click()


def save(page, name="保存"):
    with page.expect_navigation():
        page.get_by_role("button", name=name, exact=True).click()


def test_two_sides_agree_claim_deliver_accept_review_and_print(county, visit, today, tmp_path):
    factory, dongguan, school = visit("factory"), visit("dongguan"), visit("school")
    pair_path = agree(factory, dongguan, today)
    need_path, project_path = deliver(factory, dongguan, today)
    dongguan.goto(dongguan.root + project_path)
    dongguan.get_by_role("link", name="验收").click()
    dongguan.get_by_label("满意", exact=True).check()
    save(dongguan, "验收")
    assert "已验收" in dongguan.inner_text("main")
    for page, text in ((dongguan, "东门路灯按时装好，居民出行方便"), (factory, "社区协调居民配合施工，场地保障到位")):
        page.goto(page.root + pair_path)
        page.get_by_role("link", name="登记年度互评").click()
        page.get_by_label("满意", exact=True).check()
        page.fill("#results", text)
        save(page)
        page.get_by_text("年度评价已登记。").wait_for()
    statement_of(factory, county, today, tmp_path)
    none_of_it(school, (pair_path, need_path, project_path), county)


def agree(factory, dongguan, today):
    """The unit proposes with its paper and signs, the community signs; the address of the pairing. Its term began last year,
    so that there is a year to review whatever day it is."""
    factory.get_by_role("link", name="发起结对").first.click()
    factory.get_by_label("共建", exact=True).check()
    factory.select_option("#org_id", label="东关社区")
    factory.fill("#starts_on", dt.date(today.year - 1, 12, 31).isoformat())
    factory.fill("#goals", "修好东关社区的路灯，办好周末托管班")
    factory.set_input_files("#paper", {"name": "协议.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 paper"})
    save(factory)
    assert factory.locator("h1").inner_text() == "永丰厂 — 东关社区"
    confirm(factory, "代表单位签署")
    dongguan.reload()
    dongguan.get_by_role("link", name="永丰厂 — 东关社区").first.click()
    confirm(dongguan, "代表社区签署")
    dongguan.get_by_text("双方已签署，协议生效。").wait_for()
    return factory.url.removeprefix(factory.root)


def deliver(factory, dongguan, today):
    """A need is published, claimed, planned and delivered; a set phrase is no result. Addresses of need and project."""
    dongguan.goto(dongguan.root + "/pairing/needs/new")
    dongguan.fill("#title", "小区东门安装路灯")
    dongguan.select_option("#kind", label="设施改造")
    save(dongguan)
    factory.goto(factory.root + "/pairing/")
    factory.get_by_role("link", name="小区东门安装路灯").first.click()
    factory.get_by_role("link", name="认领").click()
    factory.fill("#owner_name", "王工")
    save(factory, "认领")
    project_path = factory.url.removeprefix(factory.root)
    factory.get_by_role("link", name="制定方案").click()
    factory.fill("#plan", "先勘察线路，再安装调试")
    factory.fill("#due_on", (today + dt.timedelta(days=20)).isoformat())
    save(factory, "制定方案")
    factory.get_by_role("link", name="报送完成").click()
    factory.fill("#result", "领导高度重视")
    save(factory, "报送完成")
    assert "不是成果" in factory.inner_text("main")
    factory.fill("#result", "东门主路安装路灯十二盏，夜间出行有照明")
    save(factory, "报送完成")
    return dongguan.url.removeprefix(dongguan.root), project_path


def statement_of(factory, county, today, tmp_path):
    """The statement on paper and as a workbook."""
    factory.goto(factory.root + f"/pairing/units/{county.units['永丰厂']}/statement/{today.year}")
    assert "小区东门安装路灯" in factory.inner_text("table") and "十二盏" in factory.inner_text("table")
    factory.emulate_media(media="print")
    assert factory.locator("h1").is_visible() and not factory.get_by_role("button", name="下载 Excel").is_visible()
    factory.emulate_media(media="screen")
    with factory.expect_download() as waiting:
        factory.get_by_role("button", name="下载 Excel").click()
    path = tmp_path / "statement.xlsx"
    waiting.value.save_as(path)
    assert any("小区东门安装路灯" in str(cell.value) for row in load_workbook(path).active.iter_rows() for cell in row)


def none_of_it(school, paths, county):
    """The other unit's liaison: lists without it, pages that do not exist for her."""
    for path in ("/pairing/", "/ledgers/pairing.projects/", "/work/"):
        school.goto(school.root + path)
        assert "东门" not in school.inner_text("body") and "永丰" not in school.inner_text("body"), path
    for path in (*paths, f"/pairing/units/{county.units['永丰厂']}"):
        assert school.request.get(school.root + path).status == 404, path


def test_accessible_and_no_wider_than_the_screen(county, visit):
    """Every page of one record, read at a desk and turned into a phone."""
    from axe_playwright_python.sync_playwright import Axe  # late: start-up time of every other test run

    page, faults = visit("admin"), []
    for number, path in enumerate(paths_of_everything(county)):
        page.goto(page.root + path)
        found = Axe().run(page, options=WCAG).response["violations"]
        faults += [(path, v["id"], n["html"][:160]) for v in found for n in v["nodes"]]
        for width, height in (DESK, PHONE):
            page.set_viewport_size({"width": width, "height": height})
            if (more := page.evaluate("document.documentElement.scrollWidth - innerWidth")) > 0:
                faults.append((path, "wider", width, more))
            if PICTURES:
                page.screenshot(path=Path(PICTURES, f"{number:02d}-{width}.png"), full_page=True)
        page.set_viewport_size({"width": DESK[0], "height": DESK[1]})
    assert faults == []


def paths_of_everything(county):
    """One record of each kind, and the addresses of their pages."""
    pair_id, need_id = county.pair(**TERMS), county.need(skills="电工")
    project_id, unit = county.delivered(pair_id, county.need(title="修围墙")), county.units["永丰厂"]
    with county.acting("factory") as ctx:
        offer = lists.offer_resource(ctx, unit_id=unit, title="会议室", kind="venue", skills="电工").id
        gift = gifts.state_gift(ctx, project_id, pair_id=pair_id, kind="labour", what="出工", quantity=8, on=ctx.today()).id
        visit_id = meetings.log_visit(ctx, pair_id=pair_id, kind="help", topic="走访", result="给三户老人修好了水管").id
    with county.acting("dongguan") as ctx:
        council = councils.found_council(ctx, org_id=county.orgs["东关社区"], name="东关联席会议", kind="joint_council").id
        councils.seat(ctx, council, name="王工", unit_id=unit, can_decide=True)
        sessions.propose_topic(ctx, council, title="东门停车")
        held = sessions.plan_session(ctx, council, on=ctx.today()).id
        resolution = sessions.resolve(ctx, held, text="永丰厂划出二十个夜间车位", owner_name="王工", due_on=ctx.today(),
                                      unit_id=unit).id
    tails = (f"pairs/{pair_id}", f"needs/{need_id}", f"projects/{project_id}", f"gifts/{gift}", f"visits/{visit_id}",
             f"units/{unit}", f"resources/{offer}", f"units/{unit}/statement/2026", "pairs/new", f"projects/{project_id}/gift",
             f"councils/{council}", f"sessions/{held}", f"sessions/{held}/minutes", f"resolutions/{resolution}")
    return ["/pairing/", *(f"/pairing/{tail}" for tail in tails)]
